import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type Report, report } from '@aerie/contract/reports';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { needs, program } from '../../../../test/kit/needs.ts';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { within } from '../../../../test/kit/wait.ts';
import { findProgram } from '../programs.ts';
import type { ScanProgress, ScanRequest } from './findings.ts';
import { maySendRaw, nmapArguments } from './nmap.ts';
import { type Means, scan } from './scan.ts';

const folder = scratchFolder('scan');
const never = new AbortController().signal;
let listener: Server;
let open: number;

beforeAll(async () => {
  listener = createServer(socket => {
    socket.on('error', () => {});
    socket.end('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  open = (listener.address() as AddressInfo).port;
});
afterAll(() => new Promise(done => listener.close(done)));

/** A program of ours in nmap's place. */
function fakeNmap(name: string, script: string): string {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'nmap');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const request = (more: Partial<ScanRequest> = {}): ScanRequest => ({
  kind: 'full',
  addresses: ['127.0.0.1'],
  ports: [open],
  udpPorts: [],
  packetsPerSecond: 1_000,
  signal: never,
  ...more,
});
const scanWith = (nmap: string | undefined, means: Partial<Means> = {}, more: Partial<ScanRequest> = {}) =>
  scan(request(more), { nmap, raw: false, limitMs: 60_000, ...means });
const openPort = expect.objectContaining({ port: expect.any(Number), state: 'open' });
const reasonFor = ({ missing }: Pick<Report, 'missing'>, fact: string) => missing.find(one => one.fact === fact)?.reason;

/** What nmap prints of hosts that are up, and perhaps of its end. */
const document = (hosts: string, end = '<runstats><finished time="1"/></runstats></nmaprun>') => `<nmaprun>${hosts}${end}`;
const up = (address: string, inside = '') => `<host><status state="up"/><address addr="${address}" addrtype="ipv4"/>${inside}</host>`;
const port = (number: number, service = '') =>
  `<ports><port protocol="tcp" portid="${number}"><state state="open"/>${service}</port></ports>`;
const prints = (xml: string) => `cat >/dev/null; cat <<'E'\n${xml}\nE`;
/** An nmap that does as it is told at each of its steps. */
const stepwise = (name: string, steps: { discover: string; ports?: string; services?: string; systems?: string }) => {
  const { discover, ports = 'exit 1', services = 'exit 1', systems = 'exit 1' } = steps;
  const cases = { '-sn': discover, '-sV': services, '-O': systems, '-Pn': ports };
  const lines = Object.entries(cases).map(([option, does]) => `*' ${option} '*) ${does}\n;;`);
  return fakeNmap(name, `case "$*" in\n${lines.join('\n')}\nesac`);
};

describe('without a good nmap the built-in scan looks, and says why', () => {
  test.each([
    ['there is none', () => undefined, /nmap is not installed: apt-get install nmap/],
    ['it is gone', () => join(folder, 'nowhere'), /does not start/],
    [
      'it fails',
      () => fakeNmap('fails', 'echo "dnet: Failed to open device eth0" >&2; echo QUITTING! >&2; exit 1'),
      /Failed to open device eth0/,
    ],
    ['it is killed', () => fakeNmap('killed', 'kill -9 $$'), /was killed \(SIGKILL\)/],
    ['it prints something else', () => fakeNmap('chatters', 'cat >/dev/null; echo hello'), /nmap printed/],
    ['it prints half', () => fakeNmap('half', 'echo "<nmaprun><host><address addr=\\"127.0.0.1\\"/></host>"'), /nmap/],
    ['it prints without end', () => fakeNmap('endless', 'exec yes "<host><address/></host>"'), /nmap printed/],
    [
      'it prints a bomb',
      () => fakeNmap('bomb', prints('<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>')),
      /nmap printed another document/,
    ],
  ])('when %s', async (_, nmap, reason) => {
    const found = await scanWith(nmap());
    expect(found.scanner).toBe('tcp');
    expect(found.hosts).toMatchObject([{ address: '127.0.0.1', status: 'up', ports: [openPort] }]);
    expect(found.missing.map(({ fact }) => fact)).toEqual(['services', 'os']);
    expect(reasonFor(found, 'services')).toMatch(reason);
  });

  test('when it takes too long; and it does not live on', async () => {
    const pidFile = join(folder, 'slow.pid');
    const found = await scanWith(fakeNmap('slow', `echo $$ > ${pidFile}; exec sleep 600`), { limitMs: 1_000 });
    expect(found.scanner).toBe('tcp');
    expect(reasonFor(found, 'services')).toContain('ended before it was done');
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
  });

  test('when it hangs; and what it had found is looked at all the same', async () => {
    const nmap = fakeNmap('hangs', `echo '<nmaprun>${up('127.0.0.2')}'; exec sleep 600`);
    const found = await scanWith(nmap, { hangsAfterMs: 500 }, { addresses: ['127.0.0.1', '127.0.0.2'] });
    expect(found.scanner).toBe('tcp');
    expect(reasonFor(found, 'services')).toBe('nmap hung and was ended');
    expect(found.hosts.map(({ address }) => address).sort()).toEqual(['127.0.0.1', '127.0.0.2']);
  });
});

describe('an nmap that fails at a later step takes nothing from the ones before', () => {
  test('ports: those that it did not come to are asked by connections', async () => {
    const nmap = stepwise('ports-fail', {
      discover: prints(document(up('127.0.0.1') + up('127.0.0.2'))),
      ports: `echo '<nmaprun>${up('127.0.0.2', port(7))}'; kill -9 $$`,
    });
    const found = await scanWith(nmap, {}, { addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'], isDue: () => false });
    expect(found.scanner).toBe('nmap');
    expect(found.hosts).toMatchObject([
      { address: '127.0.0.1', status: 'up', ports: [openPort] },
      { address: '127.0.0.2', status: 'up', ports: [{ port: 7 }] },
    ]);
    expect(reasonFor(found, 'ports')).toBe('nmap was killed (SIGKILL)');
  });

  test('services: what it had said of one host counts, and the other is not called looked at', async () => {
    const seen = '<service name="ssh" product="OpenSSH &#x1b;[31m" version="9.2p1"/>';
    const system = '<os><osmatch name="Linux 5.4" accuracy="98"/></os>';
    const nmap = stepwise('services-fail', {
      discover: prints(document(up('127.0.0.1') + up('127.0.0.2'))),
      ports: prints(document(up('127.0.0.1', port(22)) + up('127.0.0.2', port(22)))),
      services: `echo '<nmaprun>${up('127.0.0.1', port(22, seen))}'; kill -9 $$`,
      systems: prints(document(up('127.0.0.1', system) + up('127.0.0.2', system))),
    });
    const found = await scanWith(nmap, { raw: true }, { addresses: ['127.0.0.1', '127.0.0.2'] });
    expect(found.hosts[0]!.ports).toMatchObject([{ state: 'open', service: 'ssh', product: 'OpenSSH [31m', version: '9.2p1' }]);
    expect(found.hosts[1]!.ports).toMatchObject([{ state: 'open', service: null }]);
    expect(found.hosts.map(({ os }) => os?.name)).toEqual(['Linux 5.4', 'Linux 5.4']);
    expect([...found.deep!]).toEqual(['127.0.0.1']);
    expect([reasonFor(found, 'services'), reasonFor(found, 'os')]).toEqual(['nmap was killed (SIGKILL)', undefined]);
  });

  test('systems: services count, and nobody is called looked at', async () => {
    const nmap = stepwise('systems-fail', {
      discover: prints(document(up('127.0.0.1'))),
      ports: prints(document(up('127.0.0.1', port(22)))),
      services: prints(document(up('127.0.0.1', port(22, '<service name="ssh"/>')))),
      systems: 'kill -9 $$',
    });
    const found = await scanWith(nmap, { raw: true });
    expect(found.hosts[0]).toMatchObject({ os: null, ports: [{ service: 'ssh' }] });
    expect([...found.deep!]).toEqual([]);
    expect([reasonFor(found, 'services'), reasonFor(found, 'os')]).toEqual([undefined, 'nmap was killed (SIGKILL)']);
  });
});

describe('a scan', () => {
  test('that is called off ends at once and finds nothing', async () => {
    const control = new AbortController();
    const scanning = scanWith(fakeNmap('waits', 'exec sleep 600'), {}, { signal: control.signal });
    control.abort();
    await within(5_000, 'the end', expect(scanning).rejects.toThrow());
  });

  test('that its window closes on ends at once and keeps what was found', async () => {
    const closing = AbortSignal.timeout(1_000);
    const nmap = stepwise('closes', {
      discover: prints(document(up('127.0.0.1'))),
      ports: prints(document(up('127.0.0.1', port(22)))),
      services: 'exec sleep 600',
    });
    const found = await within(10_000, 'the end', scanWith(nmap, {}, { closing }));
    expect(found.hosts).toMatchObject([{ address: '127.0.0.1', ports: [{ port: 22, state: 'open' }] }]);
    expect(reasonFor(found, 'services')).toContain('ended before it was done');
  });

  test('that only asks who is there finds whom a full one finds, by the ports of the policy', async () => {
    const found = await scanWith(undefined, {}, { kind: 'sweep' });
    expect(found).toMatchObject({ scanner: 'tcp', missing: [], hosts: [{ address: '127.0.0.1', status: 'up', ports: [] }] });
  });

  test('of nothing starts nothing', async () => {
    const { hosts, missing } = await scanWith('/nowhere', {}, { addresses: [] });
    expect(hosts).toEqual([]);
    expect(missing).toEqual([{ fact: 'hosts', reason: 'no address is authorised' }]);
  });

  test('takes from nmap only what was asked', async () => {
    const nmap = fakeNmap('more', prints(document(up('127.0.0.1') + up('192.0.2.9') + up('127.0.0.1'))));
    const { scanner, hosts } = await scanWith(nmap, {}, { kind: 'sweep' });
    expect(scanner).toBe('nmap');
    expect(hosts.map(({ address }) => address)).toEqual(['127.0.0.1']);
  });

  test('hands nmap the addresses on its standard input, and options of ours only', async () => {
    const seen = join(folder, 'seen');
    const nmap = fakeNmap('tells', `echo "args $*" > ${seen}; cat >> ${seen}; exit 1`);
    await scanWith(nmap, {}, { addresses: ['127.0.0.1', '127.0.0.2'], packetsPerSecond: 77 });
    const [args, ...addresses] = readFileSync(seen, 'utf8').trim().split('\n');
    expect(args).toBe(`args ${nmapArguments({ do: 'discover' }, { family: 4, raw: false, packetsPerSecond: 77 }).join(' ')}`);
    expect(args).toContain('--max-rate 77');
    expect(addresses).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(nmapArguments({ do: 'ports', ports: [22, 80, 81] }, { family: 6, raw: true, packetsPerSecond: 5 }).join(' ')).toMatch(
      /^-6 -n --privileged -sS -Pn .* -p T:22,80-81 /,
    );
  });

  test('starts one nmap a step for all hosts, and looks closely only at those that are due', async () => {
    const calls = join(folder, 'calls.txt');
    const tell = (step: string, xml: string) =>
      `printf '${step}: ' >> ${calls}; tr '\\n' ' ' >> ${calls}; echo >> ${calls}; ${prints(xml)}`;
    const three = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const nmap = stepwise('calls', {
      discover: tell('who', document(three.map(one => up(one)).join(''))),
      ports: tell('ports', document(three.map(one => up(one, port(22))).join(''))),
      services: tell('services', document(up('127.0.0.2', port(22)))),
    });
    const phases: ScanProgress['phase'][] = [];
    const found = await scanWith(
      nmap,
      {},
      {
        addresses: three,
        isDue: ({ address }) => address === '127.0.0.2',
        progress: ({ phase }) => phases.at(-1) !== phase && phases.push(phase),
      },
    );
    expect(readFileSync(calls, 'utf8').trim().split(/\s*\n/)).toEqual([
      `who: ${three.join(' ')}`,
      `ports: ${three.join(' ')}`,
      'services: 127.0.0.2',
    ]);
    expect([...found.deep!]).toEqual(['127.0.0.2']);
    expect(phases).toEqual(['discovery', 'ports', 'services']);
  });

  test('looks closely by three nmaps that share the rate: ports where nobody greets, the others, and systems', async () => {
    const calls = join(folder, 'close.txt');
    const tell = (xml: string) => `printf '%s: %s\\n' "$*" "$(tr '\\n' ' ')" >> ${calls}; ${prints(xml).replace('cat >/dev/null; ', '')}`;
    const both =
      '<port protocol="tcp" portid="80"><state state="open"/></port><port protocol="tcp" portid="22"><state state="open"/></port>';
    const learnt = (number: number, name: string) => port(number, `<service name="${name}"/>`);
    const nmap = stepwise('close', {
      discover: prints(document(up('127.0.0.1') + up('127.0.0.2'))),
      ports: prints(document(up('127.0.0.1', `<ports>${both}</ports>`) + up('127.0.0.2', port(22)))),
      services: `case "$*" in\n*T:80*) ${tell(document(up('127.0.0.1', learnt(80, 'http'))))}\n;;\n*) ${tell(
        document(up('127.0.0.1', learnt(22, 'ssh')) + up('127.0.0.2', learnt(22, 'ssh'))),
      )}\n;;\nesac`,
      systems: tell(document(up('127.0.0.1') + up('127.0.0.2'))),
    });
    const found = await scanWith(nmap, { raw: true }, { addresses: ['127.0.0.1', '127.0.0.2'], packetsPerSecond: 900 });
    const told = readFileSync(calls, 'utf8').trim().split('\n');
    const [systems, first, other] = told.map(line => line.replace(/^.* (-O|-p) .*?(T:\S+) .*--max-rate (\d+) .*: /, '$2 at $3: ')).sort();
    expect([systems, first, other].map(line => line!.trim())).toEqual([
      'T:22 at 300: 127.0.0.1 127.0.0.2',
      'T:22,80 at 300: 127.0.0.1 127.0.0.2',
      'T:80 at 300: 127.0.0.1',
    ]);
    expect(found.hosts.map(({ ports }) => ports.map(({ port, service }) => `${port} ${service}`))).toEqual([
      ['22 ssh', '80 http'],
      ['22 ssh'],
    ]);
    expect([...found.deep!]).toEqual(['127.0.0.1', '127.0.0.2']);
  });
});

needs('nmap')('the real nmap', () => {
  it.each([
    ['as anybody', false],
    ['with raw packets', true],
  ])('finds a listener and its service, %s', async (_, raw) => {
    if (raw && !maySendRaw()) return;
    const ports = [open, open === 65_535 ? 1 : open + 1];
    const { scanner, hosts, missing, deep } = await scanWith(program('nmap'), { raw }, { ports });
    expect(missing.map(({ fact }) => fact)).toEqual(raw ? [] : ['os']);
    expect([...deep!]).toEqual(['127.0.0.1']);
    expect(scanner).toBe('nmap');
    const found = hosts[0]!.ports.find(({ port }) => port === open);
    expect(found).toMatchObject({ state: 'open', service: 'ssh', product: 'OpenSSH' });
    expect(hosts[0]!.ports).toHaveLength(2);
    expect(report.shape.hosts.safeParse(hosts).success).toBe(true);
  });

  it('finds a UDP port that answers, with raw packets; without, that is said', async () => {
    const socket = createSocket('udp4').on('message', (_, { port, address }) => socket.send('yes', port, address));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const udp = socket.address().port;
    try {
      const plain = await scanWith(program('nmap'), { raw: false }, { udpPorts: [udp] });
      expect(reasonFor(plain, 'udp')).toContain('CAP_NET_RAW');
      if (!maySendRaw()) return;
      const { hosts, missing } = await scanWith(program('nmap'), { raw: true }, { udpPorts: [udp] });
      expect(missing).toEqual([]);
      expect(hosts[0]!.ports.filter(({ protocol }) => protocol === 'udp')).toMatchObject([{ port: udp, state: 'open' }]);
    } finally {
      socket.close();
    }
  });

  it('is found in PATH', () => {
    expect(findProgram('nmap')).toBe(program('nmap'));
    expect(findProgram('nmap', '/nowhere')).toBeUndefined();
  });
});
