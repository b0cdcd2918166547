import type { Report } from '@aerie/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { host } from '../../test/sites-room.ts';
import { KnownHosts } from './known-hosts.ts';
import { readReport } from './reports.ts';

const report = (hosts: Report['hosts'], more: Partial<Report> = {}): Report => ({
  v: 1,
  reportId: 'r-1',
  probeId: 'p-1',
  version: '0.2.0',
  scanner: 'nmap',
  startedAt: 1_000,
  finishedAt: 2_000,
  targets: ['10.0.0.0/24'],
  ports: '1-1024',
  machine: { name: 'box', addresses: ['10.0.0.7'] },
  hosts,
  wan: [{ target: 'example.org', sent: 10, received: 9, minMs: 1, medianMs: 2.5, maxMs: 3 }],
  missing: [],
  ...more,
});

const read = (known: KnownHosts, text: string) => known.read('p-1', text);
const tell = (known: KnownHosts, one: Report) => read(known, JSON.stringify(one));

/** What reading all of a text says: a report, or that it is refused. */
function whole(text: string): Report | undefined {
  try {
    return readReport(Buffer.from(text)).report;
  } catch {
    return undefined;
  }
}

const three = [
  host('10.0.0.1', { hostname: 'printer', rttMs: 0.25 }, 22, 80),
  host('10.0.0.2', { rttMs: null }, 443),
  host('10.0.0.3', { rttMs: 12 }),
];

describe('hosts that are told by their text', () => {
  it('are the same objects below, with the round trip of each report', () => {
    const known = new KnownHosts();
    const first = tell(known, report(three))!;
    const later = report(
      three.map((one, i) => ({ ...one, rttMs: i === 1 ? 7.125 : null })),
      { finishedAt: 3_000 },
    );
    const second = tell(known, later)!;
    expect(first).toEqual(report(three));
    expect(second).toEqual(later);
    for (const [i, one] of second.hosts.entries()) expect(one.ports).toBe(first.hosts[i]!.ports);
  });

  it('are read anew where something changed, and only there', () => {
    const known = new KnownHosts();
    const before = tell(known, report(three))!;
    const changed = report(three.map((one, i) => (i === 1 ? host(one.address, {}, 443, 8443) : one)));
    const after = tell(known, changed)!;
    expect(after).toEqual(changed);
    expect(after.hosts.map((one, i) => one.ports === before.hosts[i]!.ports)).toEqual([true, false, true]);
    expect(tell(known, report(three))).toEqual(report(three));
  });

  it('are found where others came and went before them', () => {
    const known = new KnownHosts();
    const before = tell(known, report(three))!;
    const moved = report([host('10.0.0.9', {}, 1), three[2]!, three[0]!]);
    const after = tell(known, moved)!;
    expect(after).toEqual(moved);
    expect(after.hosts[1]!.ports).toBe(before.hosts[2]!.ports);
    expect(after.hosts[2]!.ports).toBe(before.hosts[0]!.ports);
    const fewer = report([three[0]!]);
    expect(tell(known, fewer)).toEqual(fewer);
  });

  it('are known of each probe for itself, and forgotten when it is too much', () => {
    const text = JSON.stringify(report(three));
    const known = new KnownHosts(text.length * 2);
    const first = known.read('a', text)!;
    known.read('b', text);
    expect(known.read('a', text)!.hosts[0]!.ports).toBe(first.hosts[0]!.ports);
    known.read('c', text);
    const a = known.read('a', text)!.hosts[0]!.ports;
    expect(a).toBe(first.hosts[0]!.ports);
    const b = known.read('b', text)!;
    known.read('c', text);
    known.read('a', text);
    expect(known.read('b', text)!.hosts[0]!.ports).not.toBe(b.hosts[0]!.ports);
  });
});

describe('what is written in another way', () => {
  const text = JSON.stringify(report(three));
  const cases: [string, string][] = [
    ['with spaces', JSON.stringify(report(three), null, 1)],
    ['with no host', JSON.stringify(report([]))],
    ['with one host twice', JSON.stringify(report([three[0]!, three[0]!]))],
    ['with one host twice, in two spellings', JSON.stringify(report([host('2001:db8::1'), host('2001:DB8::1')]))],
    ['with the list said again', text.replace('"missing":[]', '"missing":[],"hosts" : []')],
    ['with the list of something else', text.replace('"machine":{', '"machine":{"hosts":[{"address":"10.0.0.1"}],"wan":[],')],
    ['with a round trip that is none', text.replace('"rttMs":12', '"rttMs":012')],
    ['with a negative one', text.replace('"rttMs":12', '"rttMs":-1')],
    ['with one too many', text.replace('"rttMs":12', '"rttMs":86400001')],
    ['with a field too many', text.replace('"rttMs":12', '"rttMs":12,"__proto__":1')],
    ['cut off', text.slice(0, -1)],
    ['with more behind it', `${text}]`],
    ['with a comma too many', text.replace('],"wan":[', ',],"wan":[')],
    ['with a comma too few', text.replace('},{"address":"10.0.0.3"', '}{"address":"10.0.0.3"')],
  ];

  it.each(cases)('%s is left to be read as a whole, also when its hosts are known', (_what, other) => {
    const known = new KnownHosts();
    read(known, text);
    const told = read(known, other);
    if (told) expect(told).toEqual(whole(other));
    expect(read(known, text)).toEqual(report(three));
  });

  it('is told by its text or as a whole, and the same either way', () => {
    const piece = fc.constantFrom(
      ...['"hosts":[', '],"wan":[', '{"address":"', '},{"address":"10.0.0.9"', '"rttMs":', '"rttMs":5,', '"', '\\"', '\\\\', ',', '}', ']'],
      ...['null', '1', '1e3', '-0', ' ', '[]', '{}', '"hosts":[],', '"hosts" :[],', '"hostname":"a",', 'é', '😀', '"__proto__":{},'],
    );
    const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), piece);
    const known = new KnownHosts();
    let told = 0;
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 2 }), fc.array(fc.nat(3), { maxLength: 4 }), fc.boolean(), (edits, order, isFresh) => {
        const hosts = order.map(i => (i === 3 ? host('10.0.0.4', { hostname: 'a"},{"address":"b\\' }, 25) : { ...three[i]!, rttMs: i }));
        let changed = JSON.stringify(report(hosts.length > 0 ? hosts : three));
        for (const [where, cut, put] of edits) {
          const at = Math.floor(where * changed.length);
          changed = changed.slice(0, at) + put + changed.slice(at + cut);
        }
        const one = isFresh ? new KnownHosts() : known;
        const said = read(one, changed);
        if (said) expect(said).toEqual(whole(changed));
        if (said) told++;
        // Nothing of a text that was refused is known afterwards.
        expect(read(one, JSON.stringify(report(three)))).toEqual(report(three));
      }),
      { numRuns: 3_000 },
    );
    expect(told).toBeGreaterThan(300);
  });
});
