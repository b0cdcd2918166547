import { rawKeptMs, steps } from '../packages/nester/src/series/steps.ts';
import type { WanRollupTable, WanSampleTable } from '../packages/nester/src/store/schema.ts';
import { openStore, type Store } from '../packages/nester/src/store/store.ts';
import type { DemoSite } from './devices.ts';
import { roles } from './link.ts';
import { plays, type Scene } from './timetable.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const [fine, half, hours, days] = steps;
/** Of larger shows, and of what is near where nothing happens, only the last days are finely drawn. */
const finePoints = 32 * 30;

/** A measurement, or several put together: what both tables have. */
type Figures = Pick<WanRollupTable, 'samples' | 'median_ms' | 'min_ms' | 'max_ms' | 'loss'>;

/**
 * Writes what the probes measured on all the days of the show, in every step in which the product keeps it: no wire brings a
 * month of minutes in a few seconds.
 */
export async function writeSeries(folder: string, scene: Scene, sites: readonly { siteId: string; site: DemoSite }[]): Promise<void> {
  const store = await openStore({ folder });
  try {
    const head = await store.read.selectFrom('log_head').select('seq').executeTakeFirstOrThrow();
    await store.write.transaction().execute(async trx => {
      const rollups = new Rows<WanRollupTable>(trx, 'wan_rollup');
      const samples = new Rows<WanSampleTable>(trx, 'wan_sample');
      for (const [n, { siteId, site }] of sites.entries()) await writeSite({ scene, n, siteId, site, rollups, samples });
      await rollups.end();
      await samples.end();
      // All of it is put together already.
      await trx
        .insertInto('setting')
        .values({ name: 'series.rolledSeq', value: String(head.seq) })
        .onConflict(conflict => conflict.column('name').doUpdateSet({ value: String(head.seq) }))
        .execute();
    });
  } finally {
    await store.close();
  }
}

interface Part {
  scene: Scene;
  n: number;
  siteId: string;
  site: DemoSite;
  rollups: Rows<WanRollupTable>;
  samples: Rows<WanSampleTable>;
}

async function writeSite({ scene, n, siteId, site, rollups, samples }: Part): Promise<void> {
  const { seededAt } = scene;
  const allMs = Math.min(scene.days, Math.max(1, finePoints / scene.sites)) * day;
  const isStory = plays(scene, n, 'dyingLink') || plays(scene, n, 'slow');
  const begin = Math.floor((seededAt - scene.days * day) / day) * day;
  // In the order of the tables' keys, which is the quickest.
  const each = roles.map(role => ({
    role,
    target: site.target(role),
    fineMs: role === 'internet' || isStory ? allMs : Math.min(allMs, 3 * day),
    gathered: new Map<number, Figures[]>([half, hours, days].map(({ stepMs }) => [stepMs, []])),
  }));
  for (let at = begin; at < seededAt; at += fine.stepMs)
    for (const { role, target, fineMs, gathered } of each) {
      const put = async (stepMs: number, from: number, figures: Figures) => {
        await rollups.put({ site_id: siteId, step_ms: stepMs, at: from, target, role, ...figures });
      };
      const figures = { samples: 5, ...cells(site, at + fine.stepMs / 2, role) };
      if (at >= seededAt - fineMs) await put(fine.stepMs, at, figures);
      for (const { stepMs, keptMs } of [half, hours, days]) {
        const own = gathered.get(stepMs)!;
        own.push(figures);
        const isLast = (at + fine.stepMs) % stepMs === 0 || at + fine.stepMs >= seededAt;
        if (!isLast) continue;
        if (at >= seededAt - keptMs) await put(stepMs, Math.floor(at / stepMs) * stepMs, together(own));
        own.length = 0;
      }
    }
  // The minutes of the stories that are told in minutes, and of the last day; of the rest every fifth.
  const minutesFrom = seededAt - Math.min(day, (32 * day) / scene.sites);
  const rawFrom = Math.max(begin, seededAt - Math.min(rawKeptMs - day, allMs));
  for (let at = rawFrom; at < seededAt; at += isStory || at >= minutesFrom ? minute : 5 * minute)
    for (const { role, target, fineMs } of each)
      if (at >= seededAt - fineMs) await samples.put({ site_id: siteId, at, target, role, ...cells(site, at, role) });
}

function cells(site: DemoSite, at: number, role: (typeof roles)[number]): Omit<Figures, 'samples'> {
  const { medianMs, minMs, maxMs, loss } = site.link.at(at, role);
  const short = (ms: number) => Math.round(ms * 100) / 100;
  return { median_ms: short(medianMs), min_ms: short(minMs), max_ms: short(maxMs), loss: Math.round(loss * 20) / 20 };
}

function together(all: readonly Figures[]): Figures {
  const medians = all.map(one => one.median_ms!).sort((a, b) => a - b);
  let [min, max, loss, samples] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const one of all) {
    min = Math.min(min, one.min_ms!);
    max = Math.max(max, one.max_ms!);
    loss += one.loss;
    samples += one.samples;
  }
  return { samples, median_ms: medians[medians.length >> 1]!, min_ms: min, max_ms: max, loss: loss / all.length };
}

/** Rows that are written many at a time, by a query whose text is built once. */
class Rows<T extends WanRollupTable | WanSampleTable> {
  static readonly #atOnce = 400;
  readonly #db: Store['write'];
  readonly #table: 'wan_rollup' | 'wan_sample';
  #waiting: T[] = [];
  #columns: (keyof T)[] = [];
  #query: Parameters<Store['write']['executeQuery']>[0] | undefined;

  constructor(db: Store['write'], table: 'wan_rollup' | 'wan_sample') {
    this.#db = db;
    this.#table = table;
  }

  async put(row: T): Promise<void> {
    this.#waiting.push(row);
    if (this.#waiting.length === Rows.#atOnce) await this.end();
  }

  async end(): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length === 0) return;
    const compiled = () =>
      this.#db
        .insertInto(this.#table)
        .values(rows as never)
        .onConflict(conflict => conflict.doNothing())
        .compile();
    if (rows.length < Rows.#atOnce) {
      await this.#db.executeQuery(compiled());
      return;
    }
    this.#query ??= compiled();
    if (this.#columns.length === 0) this.#columns = Object.keys(rows[0]!) as (keyof T)[];
    const parameters: unknown[] = [];
    for (const row of rows) for (const column of this.#columns) parameters.push(row[column]);
    await this.#db.executeQuery({ ...this.#query, parameters });
  }
}
