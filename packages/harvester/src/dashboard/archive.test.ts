import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { hostOf, keepReport, portOf, reportOf } from '../../test/reports.ts';
import { Archive } from './archive.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 22, 12);
const wan = { target: '192.0.2.1', sent: 5, received: 4, minMs: 9, medianMs: 10, maxMs: 12 };
const base = scratchFolder('archive');
let tests = 0;
let folder: string;

beforeEach(() => {
  tests += 1;
  folder = join(base, String(tests));
  mkdirSync(folder);
});

describe('the reports in a probe’s folder', () => {
  test('are nothing before the first', async () => {
    const archive = new Archive(folder);
    expect(await archive.list()).toEqual([]);
    expect(await archive.newest()).toEqual({ full: null, any: null, missing: [] });
    expect(await archive.devices()).toEqual({ devices: [], since: null, count: { up: 0, known: 0 } });
    expect(await archive.changes()).toEqual([]);
    expect(await archive.wan(noon)).toEqual({ series: [], meanMs: null, at: null, targets: [] });
  });

  test('are listed newest first, with what still waits; new ones come, pruned ones go', async () => {
    const old = keepReport(
      folder,
      reportOf({ finishedAt: noon, hosts: [hostOf('10.0.0.1', { ports: [portOf(22), portOf(80, 'closed')] })] }),
    );
    const archive = new Archive(folder);
    expect(await archive.list()).toMatchObject([{ name: old, hostsUp: 1, openPorts: 1, kind: 'full', waiting: false }]);
    const fresh = keepReport(folder, reportOf({ finishedAt: noon + minute }), { waiting: true });
    expect((await archive.list()).map(({ name, waiting }) => [name, waiting])).toEqual([
      [fresh, true],
      [old, false],
    ]);
    rmSync(join(folder, 'reports', old));
    expect((await archive.list()).map(({ name }) => name)).toEqual([fresh]);
  });

  test('are passed over when they cannot be read', async () => {
    const name = keepReport(folder, reportOf({ finishedAt: noon }));
    writeFileSync(join(folder, 'reports', 'scan_01-01-2026_00H00_S00.json'), '{"v":1');
    writeFileSync(join(folder, 'reports', 'notes.json'), '{}');
    const archive = new Archive(folder);
    expect((await archive.list()).map(each => each.name)).toEqual([name]);
    expect(await archive.read('scan_01-01-2026_00H00_S00.json')).toBeUndefined();
  });

  test('are read by the names of reports, never by a path', async () => {
    const name = keepReport(folder, reportOf({ finishedAt: noon }));
    writeFileSync(join(folder, 'identity.json'), JSON.stringify(reportOf()));
    const archive = new Archive(folder);
    expect((await archive.read(name))?.report.reportId).toBe(`report-${noon}`);
    for (const other of ['../identity.json', 'identity.json', '', name.replace('.json', '')])
      expect(await archive.read(other), other).toBeUndefined();
  });

  test('are read up to a number, the newest ones', async () => {
    for (const n of [0, 1, 2]) keepReport(folder, reportOf({ finishedAt: noon + n * minute }));
    expect((await new Archive(folder, { most: 2 }).list()).map(({ finishedAt }) => finishedAt)).toEqual([noon + 2 * minute, noon + minute]);
  });

  test('give the WAN of a day: the curve, its mean, and the last measure of each target', async () => {
    keepReport(folder, reportOf({ finishedAt: noon - 25 * 60 * minute, wan: [{ ...wan, medianMs: 99 }] }));
    keepReport(folder, reportOf({ finishedAt: noon - 2 * minute, wan: [wan] }));
    keepReport(
      folder,
      reportOf({
        finishedAt: noon - minute,
        wan: [
          { ...wan, medianMs: 20 },
          { ...wan, target: 'router', role: 'gateway', medianMs: 1 },
        ],
      }),
    );
    keepReport(folder, reportOf({ finishedAt: noon, kind: 'sweep', ports: '' }));
    const { series, meanMs, at, targets } = await new Archive(folder).wan(noon);
    expect(series.map(point => [point.at, point.medianMs])).toEqual([
      [noon - 2 * minute, 10],
      [noon - minute, 20],
    ]);
    expect(series[0]!.loss).toBeCloseTo(0.2);
    expect(meanMs).toBe(15);
    expect(at).toBe(noon - minute);
    expect(targets.map(({ target }) => target)).toEqual(['192.0.2.1', 'router']);
  });

  test('compare full scans, each with the one before; the last one also when nothing changed', async () => {
    const one = [hostOf('10.0.0.1')];
    for (const [n, hosts] of [one, [...one, hostOf('10.0.0.2')], [...one, hostOf('10.0.0.2')]].entries())
      keepReport(folder, reportOf({ finishedAt: noon + n * minute, hosts }));
    keepReport(folder, reportOf({ finishedAt: noon + 5 * minute, kind: 'sweep', ports: '' }));
    const comparisons = await new Archive(folder).changes();
    expect(comparisons.map(({ to, changes }) => [to.finishedAt, changes.map(({ kind }) => kind)])).toEqual([
      [noon + 2 * minute, []],
      [noon + minute, ['appeared']],
    ]);
  });
});
