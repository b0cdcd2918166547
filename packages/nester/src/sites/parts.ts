import type { Maintenance, Site } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { FreshReport, Observation } from '../incidents/observation.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import type { Unit } from '../store/unit.ts';
import type { Clones } from './clones.ts';
import type { Contacts } from './contacts.ts';
import type { Ledger } from './ledger.ts';

/** What other rooms know of a site. */
export type Standing = Pick<Site, 'openIncidents' | 'worst' | 'maintenanceUntil'>;

/** What the room is given. */
export interface SitesParts {
  store: Store;
  committer: Committer;
  bus: Bus;
  log: Log;
  now: () => number;
  /** Known only when the port is open. */
  publicUrl: () => string;
  /** SHA-256 of the certificate that Nester signed itself, base64url; undefined when it has none. */
  pin: () => string | undefined;
  /** The line that installs a probe and has it join with a code; undefined when Nester has no release to hand out. */
  installLine: (code: string) => Promise<string | undefined>;
  /** Adds to a unit what follows from observations of one site; the unit is committed in the same turn. */
  observe: (unit: Unit, ...observations: Observation[]) => void;
  /** The same of a fresh report, after what was observed in it. */
  reported: (unit: Unit, report: FreshReport) => void;
  /** How long a probe may take to show that it is there when another machine comes with its key; ten seconds when absent. */
  cloneAnswerMs?: number;
  /** How a site stands with its incidents and its maintenance. */
  standing: (siteId: string) => Standing;
  /** Its maintenance under way and to come. */
  maintenance: (siteId: string) => Maintenance[];
  /** Other rules of a site hold from now on. */
  rulesChanged: (siteId: string) => Promise<void>;
  /** Whether incidents can be told in a channel. */
  isTellable: (channelId: string) => boolean;
}

/** What the room's commands share. */
export interface Shared extends SitesParts {
  readonly ledger: Ledger;
  readonly contacts: Contacts;
  readonly clones: Clones;
}
