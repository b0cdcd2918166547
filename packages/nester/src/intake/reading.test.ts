import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '@aerie/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '../sites/reports.ts';
import { fileBytes, madeAt, readFileOf, reportOf } from './reading.ts';
import { type ReasonCode, sentenceOf, Unreadable } from './reasons.ts';

const samples = join(import.meta.dirname, '..', '..', 'test', 'samples');
const sample = (name: string) => readFileSync(join(samples, name));
const writtenAt = Date.UTC(2026, 10, 22, 8);
const pause = async () => {};

/** A file as the report that it becomes at a site in Paris: what the contract does not take is no report. */
async function taken(bytes: Buffer, name = 'x.json', zone = 'Europe/Paris') {
  const { draft } = await readFileOf(bytes, name, pause);
  const made = madeAt(draft, { zone, name, writtenAt });
  const { report } = readReport(Buffer.from(JSON.stringify(reportOf(draft, made, 'id'))));
  return { draft, made, report };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
/** What nmap tells of hosts whose ports are all the same. */
const nmapOf = (hosts: number, ports: string) => {
  const others = `<ports><extraports state="closed"><extrareasons proto="tcp" ports="${ports}"/></extraports></ports>`;
  const one = (_: unknown, i: number) => `<host><status state="up"/><address addr="10.0.0.${i}"/>${others}</host>`;
  return Buffer.from(`<nmaprun>${Array.from({ length: hosts }, one).join('')}<runstats><finished exit="success"/></runstats></nmaprun>`);
};
const at = (time: number) => new Date(time).toISOString();
const reasonOf = (report: Report, fact: string) => report.missing.filter(one => one.fact === fact).map(({ reason }) => reason);
const refusal = async (bytes: Buffer, name?: string) => {
  const error = await taken(bytes, name).catch((fault: unknown) => fault);
  if (!(error instanceof Unreadable)) throw new Error(`it was read: ${JSON.stringify(error).slice(0, 200)}`);
  return error.reason;
};

describe('shape A, the first Harvester’s', () => {
  it('is read with what it tells, in UTC, from the first host looked at to the last', async () => {
    const { draft, report } = await taken(sample('a-tcp-fallback.json'));
    expect(draft).toMatchObject({ shape: 'A', franchises: [], reportId: null });
    expect([at(report.startedAt), at(report.finishedAt)]).toEqual(['2026-11-05T09:57:03.200Z', '2026-11-05T09:57:05.500Z']);
    expect(report).toMatchObject({ scanner: 'tcp', version: '0.1.0', ports: '22,80,443', targets: [] });
    expect(report.wan).toEqual([{ target: '8.8.8.8', sent: 1, received: 1, minMs: null, medianMs: 224.247, maxMs: null }]);
    expect(report.hosts.map(({ address, hostname, status, rttMs }) => [address, hostname, status, rttMs])).toEqual([
      ['192.168.4.10', 'till-2', 'up', 0.05],
      // What answers on none of eight ports is not down.
      ['192.168.4.11', null, 'unknown', null],
    ]);
    // The ids of its hosts are new in every run.
    expect(JSON.stringify(report)).not.toContain('0c8f5a3e');
  });

  it('of nmap lists open ports only: those it does not name are not closed', async () => {
    const { report } = await taken(sample('a-nmap.json'));
    expect(at(report.finishedAt)).toBe('2026-11-05T09:57:09.000Z');
    expect(report).toMatchObject({ scanner: 'nmap', version: '', ports: '', wan: [] });
    expect(report.hosts).toEqual([
      {
        address: '192.168.4.10',
        hostname: null,
        mac: null,
        vendor: null,
        status: 'up',
        rttMs: null,
        os: { name: 'Linux 5.X', accuracy: 0 },
        ports: [
          { port: 22, protocol: 'tcp', state: 'open', service: null, product: 'OpenSSH', version: '9.2p1 Debian 2' },
          { port: 8000, protocol: 'tcp', state: 'open', service: null, product: 'Python SimpleHTTPServer', version: '3.11' },
        ],
      },
    ]);
    expect(reasonOf(report, 'hosts')).toEqual(['hosts without an address: 1']);
    expect(reasonOf(report, 'ports')).toHaveLength(1);
  });

  it('has its time in its name when it tells none', async () => {
    const { results } = JSON.parse(sample('a-tcp-fallback.json').toString());
    for (const one of results) delete one.checked_at;
    const timeless = json({ meta: {}, results });
    const named = await taken(timeless, 'scan_05-11-2025_10H57_S01.json');
    expect([at(named.report.finishedAt), named.made.besides]).toEqual(['2025-11-05T09:57:01.000Z', '2025-11-05T10:57:01']);
    expect(at((await taken(timeless, 'report_20251009T121134Z.json')).report.finishedAt)).toBe('2025-10-09T12:11:34.000Z');
    expect((await taken(timeless, 'report.json')).report.finishedAt).toBe(writtenAt);
  });
});

describe('shape B, the first Nester’s', () => {
  it('counts what others name, and is of the time of its file', async () => {
    const { draft, report } = await taken(sample('Patriots.json'), 'Patriots.json');
    expect(draft).toMatchObject({ shape: 'B', franchises: ['Patriots'] });
    expect(report.finishedAt).toBe(writtenAt);
    expect(report.version).toBe('v1.0.0');
    expect(report.wan).toMatchObject([{ medianMs: 54 }]);
    expect(report.hosts.map(({ address, hostname, status, os, ports }) => [address, hostname, status, os?.name, ports])).toEqual([
      ['10.10.10.1', 'patriots1.local', 'up', 'Linux 5.X', []],
      ['10.10.10.2', null, 'unknown', undefined, []],
    ]);
    expect(reasonOf(report, 'ports')[0]).toBe('10.10.10.1: 4 open and 1 closed are counted, not named (SSH, HTTP ouverts)');
    expect(reasonOf(report, 'hosts')).toEqual(['devices counted: 3, named: 2']);
    expect(reasonOf(report, 'wan')).toHaveLength(2);
  });

  it.each([
    ['15 ms', 15],
    ['54 ms (moyenne)', 54],
    ['1,5 ms', 1.5],
    ['0.0151 s', 15.1],
    ['~ 20ms', 20],
    [0.0056, 5.6],
    [17, 17],
    ['injoignable', undefined],
    ['Inconnu', undefined],
    ['', undefined],
    [-3, undefined],
    [{}, undefined],
  ])('reads %j as %s ms', async (latence_wan, ms) => {
    const { report } = await taken(json({ '10.0.0.1': { hostid: 'Bears_H1', latence_wan } }), 'x.json');
    expect(report.wan[0]?.medianMs).toBe(ms);
  });
});

describe('shape C, the richest', () => {
  it('is read with its traps', async () => {
    const { draft, report } = await taken(sample('c-seahawks.json'), 'x.json', 'America/Los_Angeles');
    expect(draft.franchises).toEqual(['Seattle Seahawks', 'franchise_01']);
    expect([at(report.startedAt), at(report.finishedAt)]).toEqual(['2026-01-26T18:30:00.123Z', '2026-01-26T18:31:07.573Z']);
    expect(report).toMatchObject({ targets: ['192.168.1.0/24'], ports: '', version: '1.0.0' });
    expect(report.wan).toMatchObject([{ medianMs: 15.5 }]);
    expect(report.hosts.map(({ address, mac, randomMac, vendor, os }) => [address, mac, randomMac, vendor, os?.name])).toEqual([
      ['192.168.1.1', '00:1b:54:33:44:55', undefined, 'Cisco Systems', 'Cisco IOS'],
      ['192.168.1.11', '20:9a:7d:b0:9c:f0', undefined, null, undefined],
      ['192.168.1.12', null, undefined, null, undefined],
      ['192.168.1.75', '5a:32:b9:9f:d5:fb', true, null, undefined],
      ['172.16.0.9', null, undefined, null, undefined],
    ]);
    expect(report.hosts[4]).toMatchObject({ hostname: '<script>alert(1)</script>', ports: [] });
    expect(reasonOf(report, 'hosts')).toEqual(['hosts without an address: 1', 'hosts outside 192.168.1.0/24: 1']);
  });
});

describe('shape D, nmap’s XML', () => {
  it('is read with scripts, ranges of ports and what was looked at', async () => {
    const { report } = await taken(sample('d-nmap.xml'), 'scan.xml');
    expect([at(report.startedAt), at(report.finishedAt)]).toEqual(['2026-11-22T09:00:00.000Z', '2026-11-22T09:00:31.000Z']);
    expect(report).toMatchObject({ scanner: 'nmap', version: 'nmap 7.93', targets: ['192.168.7.0/24'], ports: '1-100', wan: [] });
    const [router, slow, said, down] = report.hosts;
    expect(router).toMatchObject({
      address: '192.168.7.1',
      hostname: 'router.site.example',
      mac: '00:1b:54:aa:bb:cc',
      vendor: 'Cisco Systems',
      status: 'up',
      rttMs: 0.412,
      os: { name: 'Linux 4.15 - 5.6', accuracy: 96 },
    });
    expect(router!.ports).toHaveLength(100);
    expect(router!.ports.filter(({ state }) => state !== 'closed')).toEqual([
      { port: 22, protocol: 'tcp', state: 'filtered', service: 'ssh', product: null, version: null },
      {
        port: 80,
        protocol: 'tcp',
        state: 'open',
        service: 'ssl/http',
        product: 'nginx',
        version: '1.22.1',
        tls: { subject: 'router.site.example', issuer: 'Site CA', notAfter: Date.UTC(2026, 11, 1, 12) },
        title: 'Router & more [31m',
      },
    ]);
    // It took too long; nobody saw it; it is not there.
    expect([slow, said, down].map(host => [host!.status, host!.randomMac])).toEqual([
      ['unknown', true],
      ['unknown', undefined],
      ['down', undefined],
    ]);
  });

  it('expands no entity and opens nothing', async () => {
    const { report } = await taken(sample('entities.xml'));
    expect(report.hosts).toMatchObject([{ address: '10.0.0.1', hostname: '&b;&c;' }]);
    expect(report.targets).toEqual(['10.0.0.0/30']);
  });

  it('tells what was looked at only when nmap was told', async () => {
    const of = async (args: string) => {
      const text = sample('entities.xml').toString().replace('nmap -sn 10.0.0.0/30', args);
      return (await taken(Buffer.from(text))).report.targets;
    };
    expect(await of('nmap -sS -S 10.0.0.9 -e eth0 10.0.0.1 10.1.0.0/16')).toEqual(['10.0.0.1', '10.1.0.0/16']);
    expect(await of('nmap -iL hosts.txt 10.0.0.1')).toEqual([]);
    expect(await of('nmap --exclude 10.0.0.3 10.0.0.0/24')).toEqual([]);
    expect(await of('nmap router.example')).toEqual([]);
  });

  it('pauses in a large one, and keeps the first ports of a long list', async () => {
    let pauses = 0;
    const services = Array.from({ length: 1_000 }, (_, i) => i * 3 + 1).join(',');
    const hosts = Array.from(
      { length: 2_000 },
      (_, i) => `<host><status state="up" reason="arp-response"/><address addr="10.0.${i >> 8}.${i & 255}" addrtype="ipv4"/></host>`,
    );
    const text = `<nmaprun args="nmap 10.0.0.0/16" start="1795338000"><scaninfo protocol="tcp" services="${services}"/>${hosts.join('\n')}<runstats><finished time="1795338001"/></runstats></nmaprun>`;
    const { draft } = await readFileOf(Buffer.from(text), 'x.xml', async () => {
      pauses++;
    });
    expect(pauses).toBe(Math.ceil(text.length / 65_536) - 1);
    expect(draft.body.hosts).toHaveLength(2_000);
    expect(draft.body.ports).toMatch(/^1,4,7,.*\d$/);
    expect(draft.body.ports.length).toBeLessThanOrEqual(2_000);
  });
});

describe('shape 1, a Harvester’s own', () => {
  it('is what a probe would have sent', async () => {
    const bytes = sample('scan_22-11-2026_09H00_S01.json');
    const { draft, made } = await taken(bytes);
    const own = JSON.parse(bytes.toString()) as Report;
    expect(reportOf(draft, made, draft.reportId!)).toEqual(own);
    expect(draft).toMatchObject({ shape: '1', probeId: own.probeId });
  });
});

describe('what is none of them', () => {
  it.each<[string, ReasonCode]>([
    ['unknown-rows.json', 'unknown_list'],
    ['unknown-list.json', 'unknown_list'],
    ['unknown-ports-as-text.json', 'unknown_fields'],
    ['unknown-raw.json', 'unknown_fields'],
    ['cut-off.txt', 'not_json'],
    ['cut-off.xml', 'bad_xml'],
  ])('%s is refused: %s', async (name, code) => {
    expect((await refusal(sample(name), name)).code).toBe(code);
  });

  it.each<[string, Buffer, ReasonCode]>([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['a mark and spaces', Buffer.from('\ufeff  \n'), 'empty'],
    ['zeros', Buffer.alloc(64), 'not_text'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'not_text'],
    ['prose', Buffer.from('hello'), 'not_json'],
    ['a number', Buffer.from('12'), 'unknown_value'],
    ['deep brackets', Buffer.from(`${'['.repeat(500_000)}${']'.repeat(500_000)}`), 'too_deep'],
    ['deep elements', Buffer.from(`<nmaprun>${'<a>'.repeat(500)}`), 'too_deep'],
    ['more than 8 MiB', Buffer.alloc(fileBytes + 1, 32), 'too_large'],
    ['a page', Buffer.from('<html><body/></html>'), 'not_nmap'],
    ['an nmap that was ended', Buffer.from('<nmaprun args="" start="1"></nmaprun>'), 'nmap_unfinished'],
    ['hosts without addresses', json({ meta: {}, results: [{ host: 'a' }] }), 'no_addresses'],
    [
      'too many hosts',
      json({ meta: {}, results: Array.from({ length: 4_097 }, (_, i) => ({ host: `10.0.${i >> 8}.${i & 255}` })) }),
      'too_many_hosts',
    ],
    ['a few letters that stand for millions of ports', nmapOf(100, '1-65535'), 'too_many_ports'],
    ['the same ports over and over', nmapOf(100, Array(32).fill('1-4095').join(',')), 'too_many_ports'],
  ])('%s is refused', async (_, bytes, code) => {
    const reason = await refusal(bytes);
    expect(reason.code).toBe(code);
    for (const language of ['en', 'fr'] as const) expect(sentenceOf(reason, language)).not.toMatch(/[{}…]/);
  });
});

it('reads a whole network of which each host has a thousand closed ports', async () => {
  const { draft } = await readFileOf(nmapOf(256, '1-1000'), 'x.xml', pause);
  expect([draft.body.hosts.length, draft.body.hosts.at(-1)!.ports.length]).toEqual([256, 1_000]);
});

describe('the letters of a file', () => {
  it.each<[string, (text: string) => Buffer]>([
    ['UTF-8 with a mark', text => Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little end first', text => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big end first', text => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', text => Buffer.from(text, 'utf16le')],
    ['Windows-1252', text => Buffer.from(text, 'latin1')],
  ])('%s is read', async (_, encode) => {
    const text = JSON.stringify({ '10.0.0.1': { hostname: 'réseau-été', latence_wan: '15 ms' } });
    const { report } = await taken(encode(text));
    expect(report.hosts[0]!.hostname).toBe('réseau-été');
  });
});

describe('any file', () => {
  const value = fc.letrec<{ any: unknown }>(tie => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1e308,
        '15 ms',
        'Inconnu',
        '10.0.0.1',
        '::1',
        '2026-01-01T00:00:00',
        '\u0000',
        '\ud800',
        '__proto__',
      ),
      fc.string({ maxLength: 30, unit: 'binary' }),
      fc.double(),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.string({ maxLength: 6 }), tie('any'), { maxKeys: 3 }),
    ),
  })).any;
  const record = (keys: string[]) => fc.record(Object.fromEntries(keys.map(key => [key, value])), { requiredKeys: [] });
  const hosts = fc.array(
    fc.oneof(value, record(['host', 'ip', 'hostname', 'mac_address', 'os', 'ports', 'status', 'state', 'checked_at', 'avg_rtt_ms'])),
    { maxLength: 4 },
  );
  const shapes = fc.oneof(
    fc.record({ meta: record(['generated_at', 'wan_probe', 'wan_avg_rtt_ms', 'tool_version']), results: hosts }),
    fc.record({ timestamp: value, franchise_name: value, network: value, hosts, wan_latency_ms: value, scan_duration_seconds: value }),
    fc.dictionary(fc.ipV4(), record(['hostid', 'hostname', 'osmatch', 'scan', 'latence_wan', 'equipements_detectes']), {
      minKeys: 1,
      maxKeys: 4,
    }),
    value,
  );
  const tags = fc.constantFrom(
    'nmaprun',
    'host',
    'address',
    'status',
    'ports',
    'port',
    'state',
    'service',
    'script',
    'table',
    'elem',
    'finished',
    'runstats',
    'scaninfo',
  );
  const xml = fc
    .array(
      fc.oneof(
        tags.map(
          tag =>
            `<${tag} addr="10.0.0.1" state="up" portid="80" protocol="tcp" services="1-70000" start="9" args="nmap 10.0.0.0/8" key="title" id="ssl-cert">`,
        ),
        tags.map(tag => `</${tag}>`),
        fc.string({ maxLength: 10 }),
      ),
      { maxLength: 30 },
    )
    .map(pieces => `<nmaprun>${pieces.join('')}`);

  it('becomes a report of the contract, or is refused with a reason', async () => {
    const bytes = fc.oneof(
      { weight: 4, arbitrary: shapes.map(json) },
      { weight: 2, arbitrary: xml.map(text => Buffer.from(text)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map(list => Buffer.from(list)) },
      { weight: 1, arbitrary: fc.tuple(shapes, fc.nat(200)).map(([one, length]) => json(one).subarray(0, length)) },
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.string({ maxLength: 40, unit: 'binary' }), async (file, name) => {
        try {
          const { report } = await taken(file, name);
          // What comes out is bounded by what went in.
          expect(JSON.stringify(report).length).toBeLessThan(200_000 + 20 * file.length);
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
        }
      }),
      { numRuns: 600 },
    );
  });
});
