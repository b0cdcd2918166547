import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { timesIn } from './ping.ts';
import { measureWan, parseTarget, summary } from './wan.ts';

const never = new AbortController().signal;
const folder = scratchFolder('wan');

function fakePing(name: string, script: string): string {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'ping');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the way to the Internet', () => {
  test('is not measured without a target, and that is said', async () => {
    expect(await measureWan([], never, '/nowhere')).toEqual({
      wan: [],
      missing: [{ fact: 'wan', reason: 'no WAN target is set for this site' }],
    });
  });

  test('is what ping says', async () => {
    const lines = ['12.4', '9.1', '30'].map((ms, i) => `64 bytes from 127.0.0.1: icmp_seq=${i} ttl=64 time=${ms} ms`).join('\n');
    const ping = fakePing('good', `cat <<'E'\n${lines}\n\n5 packets transmitted, 3 received, 40% packet loss, time 2006ms\nE\nexit 1`);
    const { wan } = await measureWan(['127.0.0.1'], never, ping);
    expect(wan).toEqual([{ target: '127.0.0.1', sent: 5, received: 3, minMs: 9.1, medianMs: 12.4, maxMs: 30 }]);
  });

  test('is measured by connections where ping may not work', async () => {
    const server = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const target = `127.0.0.1:${port}`;
    const { wan } = await measureWan(
      [target, '127.0.0.1'],
      never,
      fakePing('forbidden', 'echo "ping: socket: Operation not permitted" >&2; exit 2'),
    );
    await new Promise(done => server.close(done));
    expect(wan).toMatchObject([
      { target, sent: 5, received: 5 },
      { target: '127.0.0.1', sent: 5, received: 5 },
    ]);
    expect(wan[0]!.medianMs).toBeGreaterThan(0);
  });

  test('with a target that is none, says so', async () => {
    const { wan, missing } = await measureWan(['-f 127.0.0.1'], never, fakePing('unused', 'exit 9'));
    expect(wan).toEqual([]);
    expect(missing[0]!.reason).toContain('-f 127.0.0.1');
  });

  test('that nobody answers is lost whole, with no times', () => {
    expect(summary('t', [null, null])).toEqual({ target: 't', sent: 2, received: 0, minMs: null, medianMs: null, maxMs: null });
    expect(timesIn('5 packets transmitted, 0 received, 100% packet loss', 5)).toEqual([null, null, null, null, null]);
  });
});

describe('a target', () => {
  test.each(['127.0.0.1', 'example.org', 'example.org:443', '[fd00::1]:443', 'fd00::1'])('%s', text => {
    expect(parseTarget(text)).toBeDefined();
  });
  test.each(['', '-f', '--help', 'a b', 'a;b', '$(id)', '[fd00::1', 'example.org:0', 'example.org:70000', 'a..b/c', '[example.org]'])(
    'is not %j',
    text => {
      expect(parseTarget(text)).toBeUndefined();
    },
  );
});
