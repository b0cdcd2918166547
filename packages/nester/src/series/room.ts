import type { CommandOutput } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import { Curves24h } from './curves.ts';
import { Rollups } from './rollups.ts';
import { type SeriesNames, seriesCommands } from './series.commands.ts';
import { rollupsSince } from './series.store.ts';
import { curveStepMs } from './steps.ts';

const sitesAtOnce = 50;
const curveMs = 86_400_000;

type Series = CommandOutput<'series.wan'>;

/** What the room is given. */
export interface SeriesParts {
  store: Store;
  committer: Committer;
  now: () => number;
  /** All sites that there are now. */
  siteIds(): readonly string[];
  incidentsBetween(siteId: string, from: number, to: number): Promise<Series['incidents']>;
  maintenanceBetween(siteId: string, from: number, to: number): Promise<Series['maintenance']> | Series['maintenance'];
}

/** The WAN over time. */
export interface SeriesRoom {
  readonly commands: Handlers<SeriesNames>;
  /** Puts together what was measured since the last time; called every half minute. */
  rollUp(): Promise<void>;
  /** Forgets what is older than it is kept; called every hour. */
  forget(): Promise<void>;
}

/** Opens the room: reads the small curves. */
export async function openSeries(parts: SeriesParts): Promise<SeriesRoom> {
  const { store, now } = parts;
  const curves = new Curves24h();
  const siteIds = parts.siteIds();
  for (let at = 0; at < siteIds.length; at += sitesAtOnce)
    curves.apply(await rollupsSince(store.read, curveStepMs, now() - curveMs, siteIds.slice(at, at + sitesAtOnce)));
  const rollups = new Rollups({ ...parts, written: rows => curves.apply(rows) });
  return {
    commands: seriesCommands(parts, curves),
    rollUp: () => rollups.run(),
    forget: () => rollups.forget(),
  };
}
