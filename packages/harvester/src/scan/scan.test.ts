import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { report } from '@aerie/contract/reports';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { needs, program } from '../../../../test/kit/needs.ts';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { within } from '../../../../test/kit/wait.ts';
import { findProgram } from '../programs.ts';
import { maySendRaw, nmapArguments } from './nmap.ts';
import { scan } from './scan.ts';

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

const scanWith = (nmap: string | undefined, limitMs = 60_000, signal = never) =>
  scan({ addresses: ['127.0.0.1'], ports: [open], signal }, { nmap, raw: false, limitMs });
const openPort = expect.objectContaining({ port: expect.any(Number), state: 'open' });

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
    ['it prints without end', () => fakeNmap('endless', 'exec yes "<host><address/></host>"'), /64 MiB/],
  ])('when %s', async (_, nmap, reason) => {
    const { scanner, hosts, missing } = await scanWith(nmap());
    expect(scanner).toBe('tcp');
    expect(hosts).toMatchObject([{ address: '127.0.0.1', status: 'up', ports: [openPort] }]);
    expect(missing.map(({ fact }) => fact)).toEqual(['services', 'os']);
    expect(missing[0]!.reason).toMatch(reason);
  });

  test('when it takes too long; and it does not live on', async () => {
    const pidFile = join(folder, 'slow.pid');
    const { scanner, missing } = await scanWith(fakeNmap('slow', `echo $$ > ${pidFile}; exec sleep 600`), 1_000);
    expect(scanner).toBe('tcp');
    expect(missing[0]!.reason).toContain('ended before it was done');
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
  });
});

describe('a scan', () => {
  test('that is called off ends at once and finds nothing', async () => {
    const control = new AbortController();
    const scanning = scanWith(fakeNmap('waits', 'exec sleep 600'), 60_000, control.signal);
    control.abort();
    await within(5_000, 'the end', expect(scanning).rejects.toThrow());
  });

  test('of nothing starts nothing', async () => {
    const { hosts, missing } = await scan({ addresses: [], ports: [80], signal: never }, { nmap: '/nowhere', raw: false, limitMs: 1 });
    expect(hosts).toEqual([]);
    expect(missing).toEqual([{ fact: 'hosts', reason: 'no address is authorised' }]);
  });

  test('takes from nmap only what was asked', async () => {
    const xml = ['127.0.0.1', '192.0.2.9'].map(a => `<host><status state="up"/><address addr="${a}" addrtype="ipv4"/></host>`).join('');
    const nmap = fakeNmap('more', `cat >/dev/null; cat <<'E'\n<nmaprun>${xml}<runstats><finished time="1"/></runstats></nmaprun>\nE`);
    const { scanner, hosts } = await scanWith(nmap);
    expect(scanner).toBe('nmap');
    expect(hosts.map(({ address }) => address)).toEqual(['127.0.0.1']);
  });

  test('hands nmap the addresses on its standard input, and options of ours only', async () => {
    const seen = join(folder, 'seen');
    await scan(
      { addresses: ['127.0.0.1', '127.0.0.2'], ports: [22, 80, 81], signal: never },
      {
        nmap: fakeNmap('tells', `echo "args $*" > ${seen}; cat >> ${seen}; exit 1`),
        raw: false,
        limitMs: 5_000,
      },
    );
    const [args, ...addresses] = readFileSync(seen, 'utf8').trim().split('\n');
    expect(args).toBe(`args ${nmapArguments({ family: 4, ports: [22, 80, 81], raw: false }).join(' ')}`);
    expect(args).toContain('-p T:22,80-81');
    expect(addresses).toEqual(['127.0.0.1', '127.0.0.2']);
  });
});

needs('nmap')('the real nmap', () => {
  it.each([
    ['as anybody', false],
    ['with raw packets', true],
  ])('finds a listener and its service, %s', async (_, raw) => {
    if (raw && !maySendRaw()) return;
    const request = { addresses: ['127.0.0.1'], ports: [open, open === 65_535 ? 1 : open + 1], signal: never };
    const { scanner, hosts, missing } = await scan(request, { nmap: program('nmap'), raw, limitMs: 60_000 });
    expect(missing.filter(({ fact }) => fact !== 'os')).toEqual([]);
    expect(scanner).toBe('nmap');
    const found = hosts[0]!.ports.find(({ port }) => port === open);
    expect(found).toMatchObject({ state: 'open', service: 'ssh', product: 'OpenSSH' });
    expect(hosts[0]!.ports).toHaveLength(2);
    expect(report.shape.hosts.safeParse(hosts).success).toBe(true);
  });

  it('is found in PATH', () => {
    expect(findProgram('nmap')).toBe(program('nmap'));
    expect(findProgram('nmap', '/nowhere')).toBeUndefined();
  });
});
