import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, finerOf, type Measured, rolledUp, stepFor, steps } from './steps.ts';

const day = 86_400_000;
const sample = (median: number | null, fields: Partial<Measured> = {}): Measured => ({
  target: '192.0.2.1',
  role: 'internet',
  samples: 1,
  median_ms: median,
  min_ms: median,
  max_ms: median,
  loss: median === null ? 1 : 0,
  ...fields,
});
const bucket = { site_id: 's', step_ms: 300_000, at: 0 };

describe('samples put together', () => {
  it('have the median of medians, the extremes and the mean loss, target by target', () => {
    const rows = rolledUp(bucket, [
      sample(10, { min_ms: 8, max_ms: 30 }),
      sample(20, { min_ms: 15, max_ms: 22 }),
      sample(null),
      sample(1, { target: '192.0.2.254', role: 'gateway' }),
    ]);
    expect(rows).toEqual([
      {
        ...bucket,
        target: '192.0.2.1',
        role: 'internet',
        samples: 3,
        median_ms: 15,
        min_ms: 8,
        max_ms: 30,
        loss: expect.closeTo(1 / 3, 9),
      },
      { ...bucket, target: '192.0.2.254', role: 'gateway', samples: 1, median_ms: 1, min_ms: 1, max_ms: 1, loss: 0 },
    ]);
  });

  it('weigh as much as the samples in them', () => {
    expect(rolledUp(bucket, [sample(10, { samples: 9 }), sample(100, { samples: 1, loss: 1 })])).toMatchObject([
      { median_ms: 10, samples: 10, loss: 0.1 },
    ]);
  });

  it('are within what was measured, however they are put together', () => {
    const measured = fc.record({
      median: fc.option(fc.double({ min: 0, max: 1e4, noNaN: true }), { nil: null }),
      samples: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(measured, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 39 }), (all, cut) => {
        const own = all.map(one => sample(one.median, { samples: one.samples }));
        const [whole] = rolledUp(bucket, own);
        const halves = [own.slice(0, cut), own.slice(cut)].filter(half => half.length > 0).flatMap(half => rolledUp(bucket, half));
        const [twice] = rolledUp(bucket, halves);
        for (const rolled of [whole!, twice!]) {
          expect(rolled.samples).toBe(own.reduce((sum, one) => sum + one.samples, 0));
          if (rolled.median_ms === null) expect(own.every(one => one.median_ms === null)).toBe(true);
          else {
            expect(rolled.median_ms).toBeGreaterThanOrEqual(rolled.min_ms!);
            expect(rolled.median_ms).toBeLessThanOrEqual(rolled.max_ms!);
          }
        }
        // Extremes and loss do not depend on the way.
        expect([twice!.min_ms, twice!.max_ms]).toEqual([whole!.min_ms, whole!.max_ms]);
        expect(twice!.loss).toBeCloseTo(whole!.loss, 9);
      }),
    );
  });
});

it('a bucket holds its beginning and not its end', () => {
  expect([bucketOf(299_999, 300_000), bucketOf(300_000, 300_000)]).toEqual([0, 300_000]);
});

it('each step is made from one that is kept, and is a whole number of it', () => {
  for (const { stepMs } of steps) {
    const finer = finerOf(stepMs);
    if (finer > 0) expect(stepMs % finer).toBe(0);
    expect(finer).toBeLessThan(stepMs);
  }
});

describe('the step of a curve', () => {
  const now = 400 * day;
  const step = (days: number, points: number, ago = 0) => stepFor({ from: now - (days + ago) * day, to: now - ago * day, points, now });

  it('is the finest that fits', () => {
    expect([step(0.25, 500), step(1, 1_000), step(1, 500), step(7, 2_000), step(7, 500), step(30, 500), step(365, 500)]).toEqual([
      0,
      0,
      300_000,
      300_000,
      3_600_000,
      3_600_000,
      day,
    ]);
  });

  it('is one that is still kept', () => {
    expect([step(0.1, 500, 30), step(0.1, 500, 200), step(1, 500, 390)]).toEqual([300_000, 3_600_000, 3_600_000]);
  });
});
