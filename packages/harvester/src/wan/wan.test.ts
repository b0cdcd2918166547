import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import { createServer as createHttp } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { firstPolicy } from '@aerie/contract/reports';
import { afterEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../../nester/src/self-signed.ts';
import { defaultGateways } from './gateway.ts';
import { checkUrl } from './http-check.ts';
import { type NameServer, timeNames } from './lookups.ts';
import { nmapHops, type PathFinder, pingHop, samePath, tracerouteHops } from './path.ts';
import { timesIn } from './ping.ts';
import { parseTarget, targetsOf, type WanPlan } from './targets.ts';
import { summary } from './times.ts';
import { measureWan, type WanMeans, wanWatch } from './wan.ts';

const never = new AbortController().signal;
const folder = scratchFolder('wan');
const plan = (fields: Partial<WanPlan> = {}): WanPlan => ({ ...firstPolicy, ...fields });
const means = (fields: Partial<WanMeans> = {}): WanMeans => ({
  ping: '/nowhere',
  gateways: () => [],
  lookups: async () => [],
  checks: async () => [],
  ...fields,
});
const servers: { close(done: () => void): unknown }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>(done => server.close(done));
});

async function portOf(server: ReturnType<typeof createServer> | http.Server | https.Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function fakePing(name: string, script: string): string {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'ping');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the way to the Internet', () => {
  test('is not measured without a target, and that is said', async () => {
    expect(await measureWan(plan(), never, means())).toEqual({
      wan: [],
      missing: [{ fact: 'wan', reason: 'no WAN target is set for this site' }],
    });
  });

  test('is what ping says', async () => {
    const lines = ['12.4', '9.1', '30'].map((ms, i) => `64 bytes from 127.0.0.1: icmp_seq=${i} ttl=64 time=${ms} ms`).join('\n');
    const ping = fakePing('good', `cat <<'E'\n${lines}\n\n5 packets transmitted, 3 received, 40% packet loss, time 2006ms\nE\nexit 1`);
    const { wan } = await measureWan(plan({ wanTargets: ['127.0.0.1'] }), never, means({ ping }));
    expect(wan).toEqual([
      { target: '127.0.0.1', role: 'internet', sent: 5, received: 3, minMs: 9.1, medianMs: 12.4, maxMs: 30, jitterMs: 12.1 },
    ]);
  });

  test('goes from the near to the far, each target once, as the nearest that it is', () => {
    const wide = plan({ gateway: 'auto', providerTargets: ['192.0.2.1', '198.51.100.1'], wanTargets: ['198.51.100.1', 'example.org'] });
    expect(targetsOf(wide, ['192.0.2.1']).map(({ target, role }) => `${role} ${target}`)).toEqual([
      'gateway 192.0.2.1',
      'provider 198.51.100.1',
      'internet example.org',
    ]);
    expect(targetsOf({ ...wide, gateway: 'off' }, ['192.0.2.1'])[0]).toEqual({ target: '192.0.2.1', role: 'provider' });
  });

  test('is measured by connections where ping may not work', async () => {
    const port = await portOf(createServer(socket => socket.on('error', () => {}).end()));
    const target = `127.0.0.1:${port}`;
    const ping = fakePing('forbidden', 'echo "ping: socket: Operation not permitted" >&2; exit 2');
    const { wan } = await measureWan(plan({ wanTargets: [target, '127.0.0.1'] }), never, means({ ping }));
    expect(wan).toMatchObject([
      { target, sent: 5, received: 5 },
      { target: '127.0.0.1', sent: 5, received: 5 },
    ]);
    expect(wan[0]!.medianMs).toBeGreaterThan(0);
  });

  test('with a target that is none, says so', async () => {
    const { wan, missing } = await measureWan(plan({ wanTargets: ['-f 127.0.0.1'] }), never, means());
    expect(wan).toEqual([]);
    expect(missing[0]!.reason).toContain('-f 127.0.0.1');
  });

  test('that nobody answers is lost whole, with no times', () => {
    const nothing = { minMs: null, medianMs: null, maxMs: null, jitterMs: null };
    expect(summary({ target: 't', role: 'internet' }, [null, null])).toEqual({
      target: 't',
      role: 'internet',
      sent: 2,
      received: 0,
      ...nothing,
    });
    expect(timesIn('5 packets transmitted, 0 received, 100% packet loss', 5)).toEqual([null, null, null, null, null]);
  });

  test('varies as much as answers that follow each other differ', () => {
    expect(summary({ target: 't', role: 'internet' }, [10, 14, null, 12]).jitterMs).toBe(3);
    expect(summary({ target: 't', role: 'internet' }, [10]).jitterMs).toBeNull();
  });

  test('without a default route has no router, and says so', async () => {
    const { missing } = await measureWan(plan({ gateway: 'auto' }), never, means());
    expect(missing).toEqual([{ fact: 'wan', reason: 'this machine has no default route' }]);
  });
});

describe('the router', () => {
  const ipv4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth1\t00000000\t0102000A\t0003\t0\t0\t200\t00000000\t0\t0\t0
eth0\t00000000\tFE0200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0`;
  const zeros = '0'.repeat(32);
  const ipv6 = `${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000003 00000000 00000003     eth0
${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo`;

  test('is that of the preferred default route', () => {
    expect(defaultGateways(path => (path.endsWith('ipv6_route') ? ipv6 : ipv4))).toEqual(['192.0.2.254', 'fe80::1%eth0']);
    expect(parseTarget('fe80::1%eth0')).toEqual({ host: 'fe80::1%eth0' });
  });

  test('is not known where there is none, or another system', () => {
    expect(defaultGateways(() => 'Iface\tDestination\n')).toEqual([]);
    expect(
      defaultGateways(() => {
        throw new Error('ENOENT');
      }),
    ).toEqual([]);
  });
});

describe('names', () => {
  const server = (answers: Record<string, string>): NameServer & { fail(): void } => {
    const waiting: (() => void)[] = [];
    const ask = (family: string) => (name: string) => {
      const answer = answers[`${family} ${name}`];
      if (answer === undefined) return Promise.resolve(['192.0.2.9']);
      const error = Object.assign(new Error(answer), { code: answer === 'silence' ? 'ECANCELLED' : answer });
      return new Promise<string[]>((_, reject) => (answer === 'silence' ? waiting.push(() => reject(error)) : reject(error)));
    };
    const fail = () => {
      for (const one of waiting) one();
    };
    return { resolve4: ask('4'), resolve6: ask('6'), cancel: fail, fail };
  };

  test('are timed; one with IPv6 addresses alone is found; what is wrong is said', async () => {
    const answers = { '4 six.example': 'ENODATA', '4 none.example': 'ENOTFOUND' };
    const found = await timeNames(['a.example', 'six.example', 'none.example'], never, server(answers));
    expect(found.map(({ ms, error }) => [ms !== null, error])).toEqual([
      [true, null],
      [true, null],
      [false, 'ENOTFOUND'],
    ]);
  });

  test('are not waited for where nobody answers', async () => {
    const control = new AbortController();
    const asked = timeNames(['a.example'], control.signal, server({ '4 a.example': 'silence' }));
    control.abort();
    expect(await asked).toEqual([{ name: 'a.example', ms: null, error: 'no answer' }]);
  });
});

describe('a page', () => {
  test('has a status and a time; a redirection is not followed', async () => {
    const asked: string[] = [];
    const port = await portOf(
      createHttp((request, response) => {
        asked.push(request.url!);
        response.writeHead(302, { location: 'http://192.0.2.1/' }).end('x'.repeat(100_000));
      }),
    );
    const found = await checkUrl(`http://127.0.0.1:${port}/health`, never);
    expect(found).toMatchObject({ status: 302, error: null, notAfter: null });
    expect(found.ms).toBeGreaterThan(0);
    expect(asked).toEqual(['/health']);
  });

  test('over TLS says until when its certificate is good, and why it is not trusted', async () => {
    const name = join(folder, 'tls');
    await selfSignedCertificate(name, Date.now());
    const { certFile, keyFile } = selfSignedPaths(name);
    const port = await portOf(
      https.createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (_, response) => response.end('ok')),
    );
    const found = await checkUrl(`https://127.0.0.1:${port}/`, never);
    expect(found).toMatchObject({ status: 200, error: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(found.notAfter).toBeGreaterThan(Date.now());
  });

  test('that nobody serves, or that does not come, says so', async () => {
    const port = await portOf(createServer(socket => socket.on('error', () => {}).resume()));
    expect(await checkUrl(`http://127.0.0.1:${port}/`, never, 100)).toMatchObject({ status: null, error: 'no answer' });
    expect(await checkUrl('file:///etc/passwd', never)).toMatchObject({ status: null, error: 'it is not an http or https address' });
    for (const server of servers.splice(0)) server.close(() => {});
    expect(await checkUrl(`http://127.0.0.1:${port}/`, never)).toMatchObject({ status: null, error: 'ECONNREFUSED' });
  });
});

describe('the path', () => {
  test('is read from traceroute, nmap and ping', () => {
    const trace = 'traceroute to 192.0.2.9, 20 hops max\n 1  192.0.2.1  0.412 ms\n 2  *\n 3  192.0.2.9  4.1 ms\n 4  *\n';
    expect(tracerouteHops(trace)).toEqual([
      { address: '192.0.2.1', ms: 0.412 },
      { address: null, ms: null },
      { address: '192.0.2.9', ms: 4.1 },
    ]);
    const xml = '<trace><hop ttl="1" ipaddr="192.0.2.1" rtt="0.21"/><hop ttl="3" ipaddr="192.0.2.9" rtt="--"/></trace>';
    expect(nmapHops(xml)).toEqual([
      { address: '192.0.2.1', ms: 0.21 },
      { address: null, ms: null },
      { address: '192.0.2.9', ms: null },
    ]);
    expect(pingHop('From 192.0.2.1 icmp_seq=1 Time to live exceeded', 3.5)).toEqual({ address: '192.0.2.1', ms: 3.5 });
    expect(pingHop('64 bytes from 192.0.2.9: icmp_seq=1 ttl=64 time=1.2 ms', 3.5)).toEqual({ address: '192.0.2.9', ms: 1.2 });
    expect(pingHop('1 packets transmitted, 0 received', 1_000)).toEqual({ address: null, ms: null });
  });

  test('is the same when a hop keeps silent, and another one when a hop is', () => {
    const hop = (address: string | null) => ({ address, ms: 1 });
    expect(samePath([hop('192.0.2.1'), hop(null)], [hop('192.0.2.1'), hop('192.0.2.9')])).toBe(true);
    expect(samePath([hop('192.0.2.1')], [hop('192.0.2.2')])).toBe(false);
    expect(samePath([hop('192.0.2.1')], [hop('192.0.2.1'), hop('192.0.2.2')])).toBe(false);
  });

  test('is reported when it is first known and when it changes, and looked for only now and then', async () => {
    let now = 1_000_000;
    let way = '192.0.2.1';
    let looks = 0;
    const finder: PathFinder = {
      async hops() {
        looks += 1;
        return [{ address: way, ms: 1 }];
      },
    };
    const watch = wanWatch({ measure: async () => ({ wan: [], missing: [] }), finder, now: () => now });
    const look = async () => (await watch(plan({ wanTargets: ['example.org'] }), never)).paths;
    expect(await look()).toEqual([{ target: 'example.org', hops: [{ address: '192.0.2.1', ms: 1 }] }]);
    expect(await look()).toBeUndefined();
    expect(looks).toBe(1);
    now += 31 * 60_000;
    expect(await look()).toBeUndefined();
    expect(looks).toBe(2);
    way = '192.0.2.2';
    now += 31 * 60_000;
    expect(await look()).toMatchObject([{ hops: [{ address: '192.0.2.2' }] }]);
  });

  test('that cannot be found is missing, with the reason', async () => {
    const watch = wanWatch({ measure: async () => ({ wan: [], missing: [] }), finder: null });
    expect((await watch(plan({ wanTargets: ['example.org'] }), never)).missing).toMatchObject([{ fact: 'path' }]);
    expect((await watch(plan(), never)).missing).toEqual([]);
  });
});

describe('a target', () => {
  test.each(['127.0.0.1', 'example.org', 'example.org:443', '[fd00::1]:443', 'fd00::1'])('%s', text => {
    expect(parseTarget(text)).toBeDefined();
  });
  test.each([
    '',
    '-f',
    '--help',
    'a b',
    'a;b',
    '$(id)',
    '[fd00::1',
    'example.org:0',
    'example.org:70000',
    'a..b/c',
    '[example.org]',
    'fe80::1%-f x',
  ])('is not %j', text => {
    expect(parseTarget(text)).toBeUndefined();
  });
});
