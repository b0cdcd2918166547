import type { CommandOutput, WanResult } from '@aerie/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';
import type { Ctx } from '../context.ts';
import { Committer } from '../store/commit.ts';
import { readHead } from '../store/log.ts';
import type { WanRollupTable } from '../store/schema.ts';
import { Rollups } from './rollups.ts';
import { openSeries, type SeriesRoom } from './room.ts';
import { rawKeptMs, steps } from './steps.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const wan = (medianMs: number | null, target = 'a.example', role: WanResult['role'] = 'internet'): WanResult => ({
  ...{ target, role, sent: 5, received: medianMs === null ? 0 : 5, jitterMs: null },
  ...{ minMs: medianMs && medianMs - 1, medianMs, maxMs: medianMs && medianMs + 5 },
});

onEachDatabase('the WAN over time', newDatabase => {
  let room: SitesRoom;
  let series: SeriesRoom;
  let probe: TestProbe;
  let start: number;

  const open = async () => {
    const fail = (error: unknown) => {
      throw error;
    };
    const committer = new Committer(room.store, (await readHead(room.store.read)).seq, () => room.now, fail);
    series = await openSeries({
      store: room.store,
      committer,
      now: () => room.now,
      siteIds: () => [probe.siteId],
      incidentsBetween: async () => [],
      maintenanceBetween: (_siteId, from, to) => [{ title: 'every night', from, to }],
    });
  };
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    probe = await room.probe(await room.site());
    start = Math.ceil(room.now / day) * day;
    room.now = start;
    await open();
  });
  afterEach(() => room.close());

  const measured = async (at: number, ...results: WanResult[]) => {
    await probe.send(probe.report({ startedAt: at, finishedAt: at, wan: results, hosts: [] }));
  };
  const ctx = () => ({ now: () => room.now }) as Ctx;
  const asked = async (from: number, to: number, points = 500): Promise<CommandOutput<'series.wan'>> =>
    await series.commands['series.wan'](ctx(), { siteId: probe.siteId, from, to, points });
  const rollups = () => room.store.read.selectFrom('wan_rollup').selectAll().orderBy('step_ms').orderBy('at').orderBy('target').execute();

  it('is put together in steps, and shown in the one that fits', async () => {
    for (const [i, median] of [10, 20, 60, null].entries()) {
      room.now = start + i * minute;
      await measured(room.now, wan(median), wan(1, '192.0.2.254', 'gateway'));
    }
    room.now = start + 7 * minute;
    await measured(room.now, wan(40));
    await series.rollUp();
    const raw = await asked(start, start + hour);
    expect(raw.stepMs).toBe(0);
    expect(raw.targets.map(({ target, points }) => [target, points.length])).toEqual([
      ['192.0.2.254', 4],
      ['a.example', 5],
    ]);
    const fine = (await asked(start, start + 4 * day, 2_000)).targets[1]!;
    expect(fine.points).toEqual([
      { at: start, medianMs: 20, minMs: 9, maxMs: 65, loss: 0.25 },
      { at: start + 5 * minute, medianMs: 40, minMs: 39, maxMs: 45, loss: 0 },
    ]);
    const coarse = await asked(start - 30 * day, start + day);
    expect(coarse).toMatchObject({
      stepMs: hour,
      targets: [{ role: 'gateway' }, { points: [{ at: start, loss: 0.2, minMs: 9, maxMs: 65 }] }],
    });
    expect((await asked(start - 365 * day, start + day)).targets[1]!.points).toMatchObject([{ at: start, loss: expect.closeTo(0.2, 9) }]);
  });

  it('has a small curve of each site, which a restart does not change', async () => {
    room.now = start + hour;
    await measured(room.now, wan(12.3456), wan(1, '192.0.2.254', 'gateway'));
    await series.rollUp();
    room.now += 10 * minute;
    const curves = async () => await series.commands['site.curves'](ctx(), {});
    const before = await curves();
    const own = before.sites[probe.siteId]!;
    expect(own.medianMs).toHaveLength(48);
    expect(own.medianMs.map((value, i) => [before.from + i * before.stepMs, value]).filter(([, value]) => value !== null)).toEqual([
      [start + hour, 12.3],
    ]);
    expect(own.loss.at(-1)).toBe(0);
    await open();
    expect(JSON.parse(JSON.stringify(await curves()))).toEqual(JSON.parse(JSON.stringify(before)));
    room.now += 2 * day;
    expect((await curves()).sites).toEqual({});
  });

  it('takes in what comes late, in whatever order and however often it is rolled up', async () => {
    const samples = fc.array(fc.record({ minutes: fc.nat(180), ms: fc.integer({ min: 1, max: 500 }), rolls: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(samples, async all => {
        start += 2 * day;
        room.now = start + day;
        for (const { minutes, ms, rolls } of all) {
          await measured(start + minutes * minute, wan(ms));
          if (rolls) await series.rollUp();
        }
        await series.rollUp();
        const step = by(await rollups());
        // From nothing, in one go.
        await room.store.write.deleteFrom('wan_rollup').execute();
        await room.store.write.deleteFrom('setting').execute();
        await series.rollUp();
        expect(by(await rollups())).toEqual(step);
        await room.store.write.deleteFrom('wan_sample').execute();
        await room.store.write.deleteFrom('wan_rollup').execute();
      }),
      { numRuns: 8 },
    );
  });
  const by = (rows: Awaited<ReturnType<typeof rollups>>) => rows.map(row => ({ ...row, site_id: '', loss: Number(row.loss.toFixed(9)) }));

  it('makes a bucket once, however many reports tell of it', async () => {
    const count = 501;
    await series.rollUp();
    for (let i = 0; i < count; i++) {
      room.now = start + i;
      await measured(room.now, wan(10));
    }
    const made: WanRollupTable[] = [];
    const { store } = room;
    const committer = new Committer(
      store,
      (await readHead(store.read)).seq,
      () => room.now,
      error => expect.unreachable(String(error)),
    );
    const written = (rows: readonly WanRollupTable[]) => void made.push(...rows);
    await new Rollups({ store, committer, now: () => room.now, siteIds: () => [], written }).run();
    await committer.stop();
    const of = (stepMs: number) => made.filter(row => row.step_ms === stepMs).map(({ samples }) => samples);
    expect(steps.map(({ stepMs }) => of(stepMs))).toEqual(steps.map(() => [count]));
  });

  it('is forgotten as measured when it is old, and stays in steps', async () => {
    await measured(start, wan(10));
    room.now = start + rawKeptMs + hour;
    await series.forget();
    expect(await room.store.read.selectFrom('wan_sample').selectAll().execute()).toEqual([]);
    expect((await rollups()).map(row => row.step_ms)).toEqual([300_000, 3_600_000, 86_400_000]);
    expect((await asked(start - hour, start + hour)).targets).toMatchObject([{ points: [{ at: start, medianMs: 10 }] }]);
    room.now = start + 100 * day;
    await series.forget();
    expect((await rollups()).map(row => row.step_ms)).toEqual([3_600_000, 86_400_000]);
  });

  it('shows the maintenance of no more than a year ahead', async () => {
    const [from, to] = [start - day, start + 9 * 366 * day];
    expect((await asked(from, to)).maintenance).toEqual([{ title: 'every night', from, to: start + 366 * day }]);
    expect((await asked(Number.MAX_SAFE_INTEGER - day, Number.MAX_SAFE_INTEGER)).maintenance).toEqual([]);
  });

  it('refuses a span that is none, and a site that is none', async () => {
    await expect(asked(start, start)).rejects.toMatchObject({ code: 'bad_input' });
    await expect(asked(0, 12 * 366 * day)).rejects.toMatchObject({ code: 'bad_input' });
    await expect(async () => await series.commands['series.wan'](ctx(), { siteId: 'x', from: 0, to: 1, points: 10 })).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    );
  });

  it('says how much is kept of everything, and for how long', async () => {
    await measured(start, wan(10));
    await series.rollUp();
    const storage = await series.commands['storage.show'](ctx(), {});
    const kind = (name: string) => storage.kinds.find(one => one.kind === name)!;
    expect(storage.databaseBytes).toBeGreaterThan(10_000);
    expect(kind('wan_raw')).toMatchObject({ rows: 1, oldestAt: start, keptMs: rawKeptMs });
    expect(kind('wan_raw').bytes).toBeGreaterThan(0);
    expect(kind('wan_5m')).toMatchObject({ rows: 1, oldestAt: start });
    expect(kind('reports')).toMatchObject({ rows: 1, keptMs: null });
  });
});
