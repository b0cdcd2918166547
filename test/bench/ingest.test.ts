import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measure } from '../../bench/ingest/measure.ts';
import { type Point, points, reportOf } from '../../bench/ingest/points.ts';
import { seedSites } from '../../bench/ingest/seed.ts';
import { newFolder } from '../../bench/kit/folders.ts';

describe('the ingest benchmark', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder('ingest-test-');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(points)('counts what is on disk: $title', async point => {
    const seed = join(folder, 'seed');
    const probes = await seedSites(seed, 3);
    const cores = { server: undefined, load: undefined };
    // It throws when what is stored is not what was acknowledged.
    const result = await measure(point, { seed, folder, probes, cores, gzip: true, live: true, warmSeconds: 0, seconds: 0.3 });
    expect(result.acknowledged).toBeGreaterThan(3);
    expect(result.reportsPerS).toBeGreaterThan(0);
    expect(result.ackP99Ms).toBeGreaterThanOrEqual(result.ackP50Ms);
    expect(result.sentBytes).toBeLessThan(result.bytes);
  });

  it('changes as much as it says', () => {
    const versions = (n: number, key: Point['key']) =>
      reportOf('p', n, 1, key).hosts.flatMap(({ ports }) => ports.map(({ version }) => version));
    const changed = (key: Point['key']) => versions(7, key).filter((version, i) => version !== versions(6, key)[i]).length;
    // The one that changed before changes back.
    expect(changed('little')).toBe(2);
    expect(changed('all')).toBe(100);
    expect(changed('still')).toBe(0);
    const names = (n: number) => reportOf('p', n, 1, 'five').hosts.map(({ hostname }) => hostname);
    for (const n of [6, 7, 8, 9]) expect(names(n + 1).filter((name, i) => name !== names(n)[i])).toHaveLength(5);
    expect(changed('five')).toBe(5);
  });
});
