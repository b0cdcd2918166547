import type { Report, ReportedHost } from '@aerie/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { host } from '../../test/sites-room.ts';
import type { DevicePortTable, DeviceTable } from '../store/schema.ts';
import { DeviceBook } from './device-book.ts';
import { compareHosts } from './devices.ts';
import { mergedRows, splitRows } from './merging.ts';
import { portKey } from './ports.ts';

const minute = 60_000;
const macs = ['00:11:22:33:44:01', '00:11:22:33:44:02'] as const;

/** The devices of a site, as reports leave them in memory and in the store. */
function site() {
  const rows = new Map<string, DeviceTable>();
  const ports = new Map<string, DevicePortTable>();
  let n = 0;
  let lastAt = 0;
  const one = {
    book: new DeviceBook([], [], 0),
    rows,
    ports,
    take(hosts: readonly ReportedHost[], at: number, fields: Partial<Report> = {}) {
      const report = { kind: 'full', scanner: 'nmap', targets: ['10.0.0.0/24'], ports: '1-1024', hosts, missing: [], ...fields } as Report;
      const changes = compareHosts(one.book, report, at, 's', () => `device-${++n}`);
      changes.apply();
      lastAt = Math.max(lastAt, at);
      for (const row of changes.seen) expect(rows.get(row.device_id)?.identity).toBe(row.identity);
      for (const row of [...changes.devices, ...changes.seen]) rows.set(row.device_id, { ...row });
      for (const port of changes.ports) ports.set(`${port.device_id} ${portKey(port)}`, { ...port });
      return {
        ...changes,
        told: changes.history.map(({ kind, port, before, after }) => [kind, port, before, after].filter(part => part !== null).join(' ')),
      };
    },
    restart() {
      one.book = new DeviceBook([...rows.values()], [...ports.values()], lastAt);
    },
    at: (address: string) => [...one.book.all()].filter(({ row }) => row.address === address && row.status === 'up'),
    idAt: (address: string) => one.at(address)[0]?.row.device_id,
  };
  return one;
}

describe('a device', () => {
  it('is told again by its maker’s hardware address wherever it is, also when two change places', () => {
    const { take, idAt } = site();
    take([host('10.0.0.1', { mac: macs[0] }), host('10.0.0.2', { mac: macs[1] })], minute);
    const [one, two] = [idAt('10.0.0.1'), idAt('10.0.0.2')];
    const { told } = take([host('10.0.0.2', { mac: macs[0] }), host('10.0.0.1', { mac: macs[1] })], 2 * minute);
    expect([idAt('10.0.0.2'), idAt('10.0.0.1')]).toEqual([one, two]);
    expect(told.sort()).toEqual(['address 10.0.0.1 10.0.0.2', 'address 10.0.0.2 10.0.0.1']);
  });

  it('is told again by its name and ports where no hardware address is seen', () => {
    const { take, idAt, book } = site();
    take([host('10.0.0.1', { hostname: 'printer.lan' }, 9_100, 80), host('10.0.0.2', { hostname: 'nas' }, 22)], minute);
    const ids = [idAt('10.0.0.1'), idAt('10.0.0.2')];
    take([host('10.0.0.2', { hostname: 'Printer.lan.' }, 9_100, 80), host('10.0.0.1', { hostname: 'nas' }, 22)], 2 * minute);
    expect([idAt('10.0.0.2'), idAt('10.0.0.1')]).toEqual(ids);
    expect(book.get(ids[0]!)!.row.confidence).toBeCloseTo(0.71);
    expect(book.size).toBe(2);
  });

  it('is told again by its name also where what has its place now looks like it, or shows no name', () => {
    const { take, idAt } = site();
    const web = (address: string, hostname: string | null) => host(address, { hostname }, 22, 443);
    take([web('10.0.0.1', 'web-1'), web('10.0.0.2', 'web-2')], minute);
    const ids = [idAt('10.0.0.1'), idAt('10.0.0.2')];
    take([web('10.0.0.1', 'web-2'), web('10.0.0.2', 'web-1')], 2 * minute);
    expect([idAt('10.0.0.2'), idAt('10.0.0.1')]).toEqual(ids);
    take([web('10.0.0.2', null), web('10.0.0.7', 'web-1'), web('10.0.0.1', null)], 3 * minute);
    expect([idAt('10.0.0.7'), idAt('10.0.0.1')]).toEqual(ids);
    expect(ids).not.toContain(idAt('10.0.0.2'));
  });

  it('is another one when neither name nor ports are those of what was there', () => {
    const { take, idAt } = site();
    take([host('10.0.0.1', { hostname: 'printer' }, 9_100)], minute);
    const printer = idAt('10.0.0.1');
    take([host('10.0.0.1', { hostname: 'till' }, 443)], 2 * minute);
    expect(idAt('10.0.0.1')).not.toBe(printer);
    // It was given another name: its ports are still its own.
    const till = idAt('10.0.0.1');
    take([host('10.0.0.1', { hostname: 'till-2' }, 443)], 3 * minute);
    expect(idAt('10.0.0.1')).toBe(till);
  });

  it('is not guessed at: of two that look alike and both moved, neither is told', () => {
    const { take, book } = site();
    const twins = (...addresses: string[]) => addresses.map(address => host(address, { hostname: 'kiosk' }, 443));
    take(twins('10.0.0.1', '10.0.0.2'), minute);
    take(twins('10.0.0.3', '10.0.0.4'), 2 * minute);
    expect(book.size).toBe(4);
    // Nor is one that may still be where it was: another probe's report does not look there.
    const { take: elsewhere, book: other } = site();
    elsewhere(twins('10.0.0.1'), minute);
    elsewhere(twins('10.1.0.1'), 2 * minute, { targets: ['10.1.0.0/24'] });
    expect(other.size).toBe(2);
  });

  it('may come back with another hardware address when it made that up', () => {
    const { take, idAt, book } = site();
    take([host('10.0.0.1', { hostname: 'phone', mac: '02:00:00:00:00:01' })], minute);
    const phone = idAt('10.0.0.1');
    expect(book.get(phone!)!.row).toMatchObject({ random_mac: 1, confidence: 0.9 });
    take([host('10.0.0.7', { mac: '02:00:00:00:00:01' })], 2 * minute);
    expect(idAt('10.0.0.7')).toBe(phone);
    const { told } = take([host('10.0.0.9', { hostname: 'phone', mac: '06:00:00:00:00:02' })], 3 * minute);
    expect(idAt('10.0.0.9')).toBe(phone);
    expect(told).toEqual(['address 10.0.0.7 10.0.0.9', 'mac 02:00:00:00:00:01 06:00:00:00:00:02']);
  });

  it('has a history: that it came, went, came back, and what it offers', () => {
    const { take } = site();
    const web = (product: string, version: string, tls?: { subject: string; issuer: string; notAfter: number }) => ({
      ...host('10.0.0.1', { mac: macs[0] }),
      ports: [{ port: 443, protocol: 'tcp' as const, state: 'open' as const, service: 'https', product, version, ...(tls ? { tls } : {}) }],
    });
    const day = 86_400_000;
    const tls = (days: number) => ({ subject: 'nas', issuer: 'home', notAfter: days * day });
    // Its ports when it is first seen are no news; nor are those that nobody looked at before.
    expect(take([host('10.0.0.1', { mac: macs[0] })], minute, { kind: 'sweep', ports: '' }).told).toEqual(['first_seen 10.0.0.1']);
    expect(take([web('nginx', '1.20', tls(10))], 2 * minute, { ports: '443' }).told).toEqual([]);
    const changes = take([web('nginx', '1.22', tls(90))], 3 * minute, { ports: '443' });
    expect(changes.told).toEqual(['service 443 nginx 1.20 nginx 1.22', 'certificate 443 nas → 1970-01-11 nas → 1970-04-01']);
    expect(take([], 4 * minute).told).toEqual(['gone']);
    expect(take([], 5 * minute, { scanner: 'tcp' }).told).toEqual([]);
    expect(take([], 6 * minute).told).toEqual([]);
    expect(take([], 6.5 * minute, { scanner: 'tcp' }).told).toEqual([]);
    expect(take([host('10.0.0.1', { mac: macs[0] })], 7 * minute, { ports: '22' }).told).toEqual(['back']);
    // Not being able to tell is neither.
    expect(take([], 7.2 * minute, { scanner: 'tcp' }).told).toEqual([]);
    const again = take([host('10.0.0.1', { mac: macs[0] })], 7.4 * minute, { ports: '22' });
    expect(again.told).toEqual([]);
    expect(again.changed.flatMap(({ changes: all }) => all)).toMatchObject([{ kind: 'back', isQuiet: true }]);
    // 443 was looked at before, 22 too, 80 was not.
    expect(take([host('10.0.0.1', { mac: macs[0] }, 22, 80)], 8 * minute, { ports: '22,80' }).told).toEqual(['port_opened 22']);
    expect(take([host('10.0.0.1', { mac: macs[0] }, 80)], 9 * minute, { ports: '22,80,443' }).told).toEqual([
      'port_closed 443 nginx 1.22',
      'port_closed 22',
    ]);
  });
});

/** A machine of a simulated site: what a scan can see of it. */
interface Machine {
  mac: string | null;
  hostname: string | null;
  ports: number[];
}
const machines: Machine[] = [
  ...Array.from({ length: 4 }, (_, n) => ({ mac: `00:11:22:33:44:0${n}`, hostname: n % 2 ? `pc-${n}` : null, ports: [22, 80 + n] })),
  { mac: '02:00:00:00:00:05', hostname: 'phone', ports: [] },
  { mac: null, hostname: 'router', ports: [53, 80] },
  { mac: null, hostname: 'camera', ports: [554] },
  { mac: null, hostname: 'camera', ports: [554, 8_000] },
  { mac: null, hostname: null, ports: [9_100] },
];
const seenReport = fc.record({
  // Of each machine the address that it has; those beyond the ninth are away.
  places: fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], { minLength: machines.length, maxLength: machines.length }),
  away: fc.array(fc.nat(machines.length - 1), { maxLength: 4 }),
  showsMacs: fc.boolean(),
  kind: fc.constantFrom('full' as const, 'sweep' as const),
  order: fc.infiniteStream(fc.nat(1_000)).map(stream => [...stream.take(machines.length)]),
  at: fc.integer({ min: 1, max: 40 }),
});
type Seen = typeof seenReport extends fc.Arbitrary<infer T> ? T : never;

function hostsOf({ places, away, showsMacs, kind }: Seen): ReportedHost[] {
  return machines.flatMap(({ mac, hostname, ports }, n) =>
    away.includes(n) ? [] : [host(`10.0.0.${places[n]}`, { mac: showsMacs ? mac : null, hostname }, ...(kind === 'full' ? ports : []))],
  );
}

describe('whatever is reported', () => {
  const runs = { numRuns: 200 };

  it('loses and doubles no device, in whatever order reports come', () => {
    fc.assert(
      fc.property(fc.array(seenReport, { minLength: 1, maxLength: 12 }), reports => {
        const one = site();
        const ids = new Set<string>();
        for (const seen of reports) {
          const changes = one.take(hostsOf(seen), seen.at * minute, { kind: seen.kind });
          const all = [...one.book.all()];
          expect([changes.known, changes.up]).toEqual([all.length, all.filter(({ row }) => row.status === 'up').length]);
          expect([one.book.size, one.book.up]).toEqual([changes.known, changes.up]);
          // What was told once is there, or is known to be another one now.
          const aliases = all.flatMap(record => record.aliases.map(alias => alias.device_id));
          for (const { row } of all) ids.add(row.device_id);
          expect(new Set([...all.map(({ row }) => row.device_id), ...aliases])).toEqual(ids);
          const identities = all.map(({ row }) => row.identity);
          expect(new Set(identities).size).toBe(identities.length);
          const lasting = all.map(({ row }) => row.identity).filter(identity => identity.startsWith('mac:'));
          expect(lasting.length).toBeLessThanOrEqual(4);
        }
      }),
      runs,
    );
  });

  it('is the same whatever order the hosts are in, and after a restart at any point', () => {
    fc.assert(
      fc.property(fc.array(seenReport, { minLength: 1, maxLength: 8 }), fc.nat(8), (reports, restartAt) => {
        const [plain, other] = [site(), site()];
        reports.forEach((seen, n) => {
          // So far apart that it is written each time when a device was seen.
          const at = (n + 1) * 11 * minute;
          const hosts = hostsOf(seen);
          const mixed = hosts.map((one, i) => [seen.order[i]!, one] as const).sort((a, b) => a[0] - b[0]);
          plain.take(hosts, at, { kind: seen.kind });
          if (n === restartAt) other.restart();
          other.take(
            mixed.map(([, one]) => one),
            at,
            { kind: seen.kind },
          );
        });
        expect(picture(other.book)).toEqual(picture(plain.book));
      }),
      runs,
    );
  });
});

/** All that is known, without ids. */
function picture(book: DeviceBook): string[] {
  return [...book.all()]
    .map(({ row, ports }) =>
      JSON.stringify([
        row.address,
        row.hostname,
        row.mac,
        row.status,
        row.first_seen_at,
        row.last_seen_at,
        row.confidence,
        [...ports.values()]
          .map(({ port, state, first_seen_at: first }) => [port, state, first])
          .sort((a, b) => Number(a[0]) - Number(b[0])),
      ]),
    )
    .sort();
}

describe('merging', () => {
  const known = (id: string) =>
    fc
      .record({
        label: fc.constantFrom(null, 'a', 'b'),
        notes: fc.constantFrom('', 'x', 'y'),
        firstSeenAt: fc.nat(3),
        ports: fc.uniqueArray(fc.nat(5), { maxLength: 5 }),
      })
      .map(({ label, notes, firstSeenAt, ports }) => {
        const { book, take } = site();
        take([host('10.0.0.1', { hostname: id }, ...ports.map(port => port + 1))], minute);
        const record = [...book.all()][0]!;
        const row = { ...record.row, device_id: id, label, notes, first_seen_at: firstSeenAt };
        return { ...record, row, ports: new Map([...record.ports].map(([key, port]) => [key, { ...port, device_id: id }])) };
      });

  it('then splitting leaves both as they were', () => {
    fc.assert(
      fc.property(known('one'), known('two'), (from, into) => {
        const merged = mergedRows(from, into, 5);
        const ports = new Map([...into.ports, ...merged.ports.map(port => [portKey(port), port] as const)]);
        expect(new Set(ports.keys())).toEqual(new Set([...from.ports.keys(), ...into.ports.keys()]));
        const root = { ...into, row: merged.into, ports, aliases: [merged.from] };
        const split = splitRows(root, merged.from);
        expect(split.device).toEqual(from.row);
        expect(split.root).toEqual(into.row);
        const left = new Map([...ports].filter(([, port]) => !split.givenBack.includes(port)));
        expect(left).toEqual(into.ports);
      }),
    );
  });
});

describe('what is remembered of the report before', () => {
  it('changes nothing of what the next one does', () => {
    const names = fc.constantFrom(null, 'a', 'b', 'A.');
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.1.0.1'] as const;
    const oneHost = fc.record({
      address: fc.constantFrom(...addresses),
      mac: fc.option(fc.constantFrom(...macs, '02:11:22:33:44:01')),
      hostname: names,
      status: fc.constantFrom('up', 'up', 'up', 'down', 'unknown'),
      ports: fc.constantFrom([22], [22, 80], [], [443]),
    });
    const seen = fc.record({
      hosts: fc.uniqueArray(oneHost, { maxLength: 4, selector: ({ address }) => address }),
      ports: fc.constantFrom('22,80', '22,80', '22-443'),
      kind: fc.constantFrom('full', 'full', 'sweep'),
      /** It says the same again; merges and splits may come between. */
      again: fc.nat(2),
      merges: fc.boolean(),
    });
    let remembered = 0;
    fc.assert(
      fc.property(fc.array(seen, { minLength: 2, maxLength: 6 }), reports => {
        const [one, other] = [site(), site()];
        let at = 0;
        for (const { hosts, again, merges, ...fields } of reports) {
          const said = hosts.map(({ ports, ...host1 }) => host(host1.address, host1 as Partial<ReportedHost>, ...ports));
          for (let i = 0; i <= again; i++) {
            at += minute;
            other.book.lastMatches = undefined;
            for (const record of other.book.all()) record.told = undefined;
            if (one.book.lastMatches) remembered++;
            const [a, b] = [one, other].map(each => each.take(said, at, fields as Partial<Report>));
            const changes = ({ devices, seen: also, ports, told, up, known }: typeof a & object) => ({
              devices,
              also,
              ports,
              told,
              up,
              known,
            });
            expect(changes(a!)).toEqual(changes(b!));
          }
          if (merges && one.book.size > 1) for (const each of [one, other]) mergeTwo(each, at);
        }
      }),
      { numRuns: 400 },
    );
    expect(remembered).toBeGreaterThan(100);
  });
});

/** What people do when they say that the second device is the first. */
function mergeTwo({ book, rows }: ReturnType<typeof site>, at: number): void {
  const [into, from] = [...book.all()];
  const merged = mergedRows(from!, into!, at);
  for (const row of [merged.from, merged.into]) rows.set(row.device_id, row);
  book.drop(from!);
  book.change(into!, merged.into);
  book.adopt(into!, [...into!.aliases, ...from!.aliases, merged.from]);
  into!.ports = new Map([...into!.ports, ...merged.ports.map(port => [portKey(port), port] as const)]);
}
