import type { Report } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import type { ReaderLimits } from './reader.ts';

/** A site, as far as files speak of one. */
export interface Place {
  siteId: string;
  code: string;
  name: string;
  /** IANA: of times that are written without one. */
  zone: string;
}

/** What the room needs of the sites. */
export interface IntakeSites {
  place(siteId: string): Place | undefined;
  placeByCode(code: string): Place | undefined;
  places(): Iterable<Place>;
  placeOfProbe(probeId: string): Place | undefined;
  /** Whose report that is. */
  siteOfReport(reportId: string): Promise<string | undefined>;
  /**
   * Makes a report that came as a file durable, with all that follows from it.
   * @returns `accepted` false when it was there already
   * @throws AppError `bad_report`, `storage_failed`
   */
  takeFile(file: { siteId: string; report: Report; raw: string; file: string; shape: string }): Promise<{ accepted: boolean }>;
}

/** The steps of taking a file up, in their order. After each of them the power may fail. */
export type Step = 'claimed' | 'reported' | 'noted' | 'moved';

/** What the room is given. */
export interface IntakeParts {
  /** AERIE_DATA. */
  folder: string;
  store: Store;
  committer: Committer;
  bus: Bus;
  log: Log;
  now: () => number;
  sites: IntakeSites;
  /** How long a file must not have changed: two seconds when absent. */
  quietMs?: number;
  /** How long one that cannot be read may still become readable: a minute when absent. */
  patienceMs?: number;
  /** What reading a large file may need: as usual where absent. */
  reader?: Partial<ReaderLimits>;
  /** Tests let the power fail here. */
  reached?: (step: Step) => Promise<void>;
}
