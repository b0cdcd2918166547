import { type Report, report as schema } from '@aerie/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { host } from '../../test/sites-room.ts';
import { hasShape } from './report-shape.ts';
import { readReport, timesOf } from './reports.ts';

const good: Report = {
  v: 1,
  reportId: 'r-1',
  probeId: 'p_1',
  version: '0.2.0',
  scanner: 'nmap',
  startedAt: 1_000,
  finishedAt: 2_000,
  targets: ['10.0.0.0/24'],
  ports: '1-1024',
  machine: { name: 'box', addresses: ['10.0.0.7', '::1'] },
  hosts: [
    host('10.0.0.1', { mac: '00:11:22:33:44:55', os: { name: 'Linux', accuracy: 90 } }, 22, 80),
    host('2001:db8::1', { status: 'unknown', rttMs: null }),
  ],
  wan: [{ target: 'example.org', sent: 10, received: 9, minMs: 1, medianMs: 2.5, maxMs: 3 }],
  missing: [{ fact: 'os', reason: 'not root' }],
};

/** Every place in a JSON value, as the keys that lead there. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, Array.isArray(value) ? Number(key) : key]))];
}

/** A copy with the value at `path` replaced; undefined removes it, as JSON does. */
function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  if (path.length === 0) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as typeof copy;
  at[path.at(-1)!] = by;
  return copy;
}

const values = fc.oneof(
  fc.constantFrom(undefined, null, true, 0, -1, 1, 2, 0.5, 100, 101, 65_535, 65_536, 86_400_000, 86_400_001, 1e300, 2 ** 53, 2 ** 53 - 1),
  fc.constantFrom('', 'up', 'open', 'tcp', 'nmap', 'os', '10.0.0.1', '00:11:22:33:44:55', 'zz', 'a b', {}, [], [[]], [null], { a: 1 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  // An emoji is two UTF-16 units and one character: both sides must count alike.
  fc.integer({ min: 0, max: 260 }).map(n => '😀'.repeat(n)),
  fc.integer({ min: 0, max: 2_100 }).map(n => '1'.repeat(n)),
  fc.integer(),
  fc.double({ noNaN: true }),
);

describe('the compiled validator', () => {
  it('takes the report', () => {
    expect(schema.safeParse(good).success).toBe(true);
    expect(hasShape(good)).toBe(true);
  });

  it('says what the contract says, of reports with something changed', () => {
    const places = fc.constantFrom(
      ...placesIn(good),
      ['extra'],
      ['hosts', 0, 'extra'],
      ['hosts', 0, 'ports', 0, 'extra'],
      ['machine', 'extra'],
    );
    const verdicts = { good: 0, bad: 0 };
    fc.assert(
      fc.property(places, values, (place, value) => {
        const text = JSON.stringify(replaced(good, place, value));
        const changed = text === undefined ? undefined : JSON.parse(text);
        const expected = schema.safeParse(changed).success;
        verdicts[expected ? 'good' : 'bad']++;
        expect(hasShape(changed), text).toBe(expected);
      }),
      { numRuns: 4_000 },
    );
    // Otherwise the comparison would prove little.
    expect(verdicts.good).toBeGreaterThan(200);
    expect(verdicts.bad).toBeGreaterThan(200);
  });

  it('says what the contract says of long lists', () => {
    for (const [path, max] of [
      [['wan'], 16],
      [['missing'], 16],
      [['targets'], 256],
      [['machine', 'addresses'], 32],
    ] as const) {
      const list = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], good) as unknown[];
      for (const length of [max, max + 1]) {
        const changed = replaced(
          good,
          path,
          Array.from({ length }, () => list[0]),
        );
        expect(hasShape(changed)).toBe(length === max);
        expect(schema.safeParse(changed).success).toBe(length === max);
      }
    }
  });
});

describe('reading a report', () => {
  const read = (report: unknown) => readReport(Buffer.from(JSON.stringify(report)));

  it('keeps the JSON as it came when there is nothing to remove', () => {
    const json = JSON.stringify(good, null, 2);
    expect(readReport(Buffer.from(json))).toEqual({ report: good, json, isAsItCame: true });
  });

  it('writes an address in one way, and counts a host that is named twice once', () => {
    const hosts = [host('2001:DB8:0::1', { hostname: 'first' }), host('2001:db8::1'), host('::ffff:10.0.0.1')];
    expect(read({ ...good, hosts }).report.hosts).toMatchObject([{ address: '2001:db8::1', hostname: 'first' }, { address: '10.0.0.1' }]);
  });

  it.each(['1.2.3', '1.2.3.4.5', '010.0.0.1', '10.0.0.256', ':::', '::1::', 'dead', '...'])('refuses %s as an address', address => {
    expect(() => read({ ...good, hosts: [host(address)] })).toThrow(`"${address}" is not an address`);
    expect(() => read({ ...good, machine: { name: '', addresses: [address] } })).toThrow(`"${address}" is not an address`);
  });

  it('says where the fault is', () => {
    expect(() => read(replaced(good, ['hosts', 0, 'ports', 1, 'port'], 0))).toThrow('hosts.0.ports.1.port must be >= 1');
    expect(() => read({ ...good, 'a\nb': 1 })).toThrow('"a\\nb"');
  });

  it('makes nothing of names that mean something to the language', () => {
    const text = JSON.stringify(good).replace('{', '{"__proto__":{"v":1},');
    expect(() => readReport(Buffer.from(text))).toThrow('cannot be taken in');
    expect(() => readReport(Buffer.from(text.replace('__proto__', 'constructor')))).toThrow('cannot be taken in');
  });
});

describe('the times of a report', () => {
  const now = 10_000_000;
  const times = (finishedAt: number, skewMs = 0) => timesOf({ ...good, startedAt: finishedAt - 1_000, finishedAt }, skewMs, 60_000, now);

  it('are by our clock', () => {
    expect(times(now - 5_000)).toEqual({ startedAt: now - 6_000, finishedAt: now - 5_000, isLate: false });
    expect(times(now - 5_000, 1_999)).toMatchObject({ finishedAt: now - 5_000 });
    expect(times(now + 995_000, 1_000_000)).toMatchObject({ finishedAt: now - 5_000 });
    expect(times(now - 1_005_000, -1_000_000)).toMatchObject({ finishedAt: now - 5_000, isLate: false });
  });

  it('are never in the future, and not far from it', () => {
    expect(times(now + 600_000)).toMatchObject({ finishedAt: now });
    expect(() => times(now + 600_001)).toThrow('future');
  });

  it('are late after three intervals', () => {
    expect(times(now - 180_000).isLate).toBe(false);
    expect(times(now - 180_001).isLate).toBe(true);
  });
});
