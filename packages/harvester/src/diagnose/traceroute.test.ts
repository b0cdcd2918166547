import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPolicy } from '@aerie/contract/reports';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { perform } from './perform.ts';
import type { PathPrograms } from './traceroute.ts';

const folder = scratchFolder('traceroute');
const none: PathPrograms = { traceroute: undefined, ping: undefined, nmap: undefined };
const policy = { ...firstPolicy, ranges: ['192.0.2.0/24'] };

function program(name: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The way to 192.0.2.9, by programs that send nothing. */
async function way(programs: Partial<PathPrograms>, maxHops = 4) {
  const lines: string[] = [];
  const around = { lookup: async () => [], gateways: () => [] };
  const request = { do: 'traceroute', host: '192.0.2.9', maxHops } as const;
  const task = { request, policy, signal: new AbortController().signal, line: (text: string) => void lines.push(text) };
  const { state, summary } = await perform(task, { programs: { ...none, ...programs }, around });
  return { state, say: summary.say, hops: summary.with.hops, lines };
}

test('traceroute is heard hop by hop', async () => {
  const output = `echo "traceroute to $7"; echo " 1  192.0.2.1  0.5 ms"; echo " 2  *"; echo " 3  192.0.2.9  2.1 ms"`;
  const found = await way({ traceroute: program('traceroute', output) });
  expect(found).toMatchObject({ state: 'done', say: 'reached', hops: 3 });
  expect(found.lines.at(-1)).toContain('192.0.2.9  2.1 ms');
});

test('a way that ends before the host is not reached', async () => {
  const found = await way({ traceroute: program('short', 'echo " 1  192.0.2.1  0.5 ms"; echo " 2  *"') });
  expect(found).toMatchObject({ state: 'failed', say: 'not_reached', hops: 2 });
});

test('ping does it too, one distance after the other, until the host answers', async () => {
  // Its arguments: -n -c 1 -t TTL -W 1 ADDRESS.
  const ping = program(
    'ping',
    'case $5 in 1) echo "From 192.0.2.1 icmp_seq=1 Time to live exceeded";; 3) echo "64 bytes from 192.0.2.9: icmp_seq=1 ttl=60 time=2.5 ms";; esac',
  );
  const found = await way({ ping });
  expect(found).toMatchObject({ state: 'done', say: 'reached', hops: 3 });
  expect(found.lines).toEqual([expect.stringMatching(/^1 {2}192\.0\.2\.1 {2}/), '2  *', '3  192.0.2.9  2.5 ms']);
  expect(await way({ ping }, 2)).toMatchObject({ state: 'failed', say: 'not_reached', hops: 2 });
});

test('and nmap, where it may send raw packets', async () => {
  const nmap = program('nmap', 'echo "HOP RTT ADDRESS"; echo "1   0.04 ms 192.0.2.1"; echo "2   ..."; echo "3   2.10 ms 192.0.2.9"');
  const found = await way({ nmap });
  expect(found).toMatchObject({ state: 'done', say: 'reached', hops: 3 });
  expect(found.lines[0]).toContain('nmap looks for the way');
});
