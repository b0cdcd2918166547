/** The load on a peer, a process of its own: sites that send the figures of one report after the other. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Poster } from '../door.ts';
import { figureNames, figuresOf, type Peer } from './peer.ts';

export interface PeerLoad {
  peer: Peer['name'];
  port: number;
  sites: number;
  warmSeconds: number;
  seconds: number;
}

export interface PeerResult {
  reportsPerS: number;
  ackP50Ms: number;
  ackP99Ms: number;
  generatorCpu: number;
}

const load = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as PeerLoad;
const times: number[] = [];
let isMeasuring = false;
let isOver = false;

/** Influx's line protocol: a line a thing, with its figures. */
async function lineSender(site: number): Promise<(n: number) => Promise<void>> {
  const door = await Poster.connect(load.port);
  return async n => {
    const figures = figuresOf(n);
    const at = BigInt(Date.now()) * 1_000_000n;
    const lines = figureNames.map((name, i) => `${name},site=site-${site} value=${figures[i]} ${at}`);
    const status = await door.post('/write', 'content-type: text/plain\r\n', Buffer.from(lines.join('\n')));
    if (status !== 204) throw new Error(`the figures of a report were answered with ${status}`);
  };
}

/** Zabbix's sender: a connection a report, as its own program has it. */
async function senderOf(site: number): Promise<(n: number) => Promise<void>> {
  return async n => {
    const figures = figuresOf(n);
    const clock = Math.floor(Date.now() / 1_000);
    const data = figureNames.map((key, i) => ({ host: `site-${site}`, key, value: String(figures[i]), clock, ns: n }));
    const answer = await askZabbix(Buffer.from(JSON.stringify({ request: 'sender data', data })));
    if (!/processed: 124;/.test(answer)) throw new Error(`Zabbix took less than it was sent: ${answer.slice(0, 200)}`);
  };
}

async function askZabbix(body: Buffer): Promise<string> {
  const head = Buffer.alloc(13);
  head.write('ZBXD\x01', 'latin1');
  head.writeUInt32LE(body.length, 5);
  const socket = connect(load.port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  socket.write(Buffer.concat([head, body]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(13).toString();
}

/** Zabbix knows its hosts a while after it listens. */
async function whenKnown(send: (n: number) => Promise<void>): Promise<void> {
  for (let left = 60; ; left--) {
    try {
      return await send(0);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }
}

const open = load.peer === 'zabbix' ? senderOf : lineSender;
const senders = await Promise.all(Array.from({ length: load.sites }, (_, i) => open(i + 1)));
for (const send of senders) await whenKnown(send);

async function play(send: (n: number) => Promise<void>): Promise<void> {
  for (let n = 1; !isOver; n++) {
    const before = performance.now();
    await send(n);
    if (isMeasuring) times.push(performance.now() - before);
  }
}

const playing = Promise.all(senders.map(play));
const waited = (seconds: number) => Promise.race([new Promise(resolve => setTimeout(resolve, seconds * 1_000)), playing]);
await waited(load.warmSeconds);
isMeasuring = true;
const from = { at: performance.now(), own: process.cpuUsage() };
await waited(load.seconds);
isMeasuring = false;
const elapsed = (performance.now() - from.at) / 1_000;
const own = process.cpuUsage(from.own);
isOver = true;
await playing;
times.sort((a, b) => a - b);
const percentile = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const result: PeerResult = {
  reportsPerS: times.length / elapsed,
  ackP50Ms: percentile(0.5),
  ackP99Ms: percentile(0.99),
  generatorCpu: (own.user + own.system) / 1e6 / elapsed,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
