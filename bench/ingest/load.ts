/** The load of the ingest benchmark, a process of its own: probes that send one report after the other, each over a connection that stays. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { watchOthers } from '../kit/usage.ts';
import { connectProbe, macOf, Poster } from './door.ts';
import { type Point, reportOf } from './points.ts';
import type { SeededProbe } from './seed.ts';

export interface Load {
  port: number;
  tcpPort: number;
  /** Whether probes are connected, so that a MAC tells their uploads; otherwise each is signed. */
  live: boolean;
  /** Of the server, to read its processor time. */
  pid: number;
  change: Point['key'];
  gzip: boolean;
  probes: SeededProbe[];
  warmSeconds: number;
  seconds: number;
}

export interface LoadResult {
  /** All that were acknowledged, warm-up included. */
  acknowledged: number;
  reportsPerS: number;
  ackP50Ms: number;
  ackP99Ms: number;
  /** Of one core. */
  cpu: number;
  rssMb: number;
  generatorCpu: number;
  /** How many cores all other programs used meanwhile. */
  cpuOthers: number;
  /** Of one report: its JSON, and what is sent of it. */
  bytes: number;
  sentBytes: number;
  /** The measured time, on the machine's monotonic clock, in seconds. */
  fromS: number;
  toS: number;
}

const load = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Load;
/** A report that is ready to be sent. */
interface Ready {
  body: Buffer;
}

/** What is measured is taking reports in, not making them: so many a second and probe are made beforehand. */
const readyPerS = 260;
const times: number[] = [];
let acknowledged = 0;
let isMeasuring = false;
let isOver = false;
let bytes = 0;
let sentBytes = 0;

function made(probeId: string, n: number, at: number): Ready {
  const json = JSON.stringify(reportOf(probeId, n, at, load.change));
  const body = load.gzip ? gzipSync(json, { level: 1 }) : Buffer.from(json);
  bytes = Buffer.byteLength(json);
  sentBytes = body.length;
  return { body };
}

async function play({ probeId, key: pem }: SeededProbe, ready: readonly Ready[], macKey: Buffer | undefined): Promise<void> {
  const key = createPrivateKey(pem);
  const door = await Poster.connect(load.port);
  const machine = createHash('sha256').update(probeId).digest('base64url');
  const fixed = `content-type: application/json\r\n${load.gzip ? 'content-encoding: gzip\r\n' : ''}aerie-probe: ${probeId}\r\naerie-machine: ${machine}\r\n`;
  let at = 0;
  for (let n = 1; !isOver; n++) {
    at = Math.max(at + 1, Date.now());
    const { body } = ready[n - 1] ?? made(probeId, n, at);
    const time = String(Date.now());
    // As the Harvester does: beside a MAC, too, since the connection may end meanwhile.
    const signed = `aerie-signature: ${signatureOf(key, time, body)}\r\n`;
    const told = macKey ? `${signed}aerie-mac: ${macOf(macKey, time, body)}\r\n` : signed;
    const before = performance.now();
    const status = await door.post('/api/probe/reports', `${fixed}aerie-time: ${time}\r\n${told}`, body);
    if (status !== 201) throw new Error(`a report was answered with ${status}`);
    acknowledged++;
    if (isMeasuring) times.push(performance.now() - before);
  }
  door.close();
}

function signatureOf(key: KeyObject, time: string, body: Buffer): string {
  return sign(null, Buffer.from(`aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`), key).toString('base64url');
}

/** Seconds of processor time of the server until now: utime and stime of proc_pid_stat(5), in hundredths. */
function serverSeconds(): number {
  const fields = readFileSync(`/proc/${load.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function serverMb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${load.pid}/status`, 'utf8'))![1]) / 1_024;
}

function clockS(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

// They end before now, a millisecond apart: nothing is said of the future.
const count = Math.ceil(readyPerS * (load.warmSeconds + load.seconds) * Math.min(1, 32 / load.probes.length));
const made0 = Date.now() - count - 1;
const ready = load.probes.map((): Ready[] => []);
// In the order of time over all probes, which is then that of the ids too.
for (let n = 1; n <= count; n++) for (const [i, { probeId }] of load.probes.entries()) ready[i]!.push(made(probeId, n, made0 + n - 1));
const lines = load.live ? await Promise.all(load.probes.map(probe => connectProbe(load.tcpPort, probe))) : [];
await Promise.all(lines.map(({ beat }) => beat()));
const playing = Promise.all(load.probes.map((probe, i) => play(probe, ready[i]!, lines[i]?.macKey)));
const waited = (seconds: number) => Promise.race([new Promise(resolve => setTimeout(resolve, seconds * 1_000)), playing]);
await waited(load.warmSeconds);
isMeasuring = true;
const fromS = clockS();
const others = watchOthers(load.pid);
const from = { at: performance.now(), server: serverSeconds(), own: process.cpuUsage() };
await waited(load.seconds);
isMeasuring = false;
const cpuOthers = others();
const toS = clockS();
const elapsed = (performance.now() - from.at) / 1_000;
const own = process.cpuUsage(from.own);
const cpu = (serverSeconds() - from.server) / elapsed;
const rssMb = serverMb();
isOver = true;
await playing;
for (const { line } of lines) line.close();
times.sort((a, b) => a - b);
const result: LoadResult = {
  acknowledged,
  reportsPerS: times.length / elapsed,
  ackP50Ms: percentile(times, 0.5),
  ackP99Ms: percentile(times, 0.99),
  cpu,
  rssMb,
  generatorCpu: (own.user + own.system) / 1e6 / elapsed,
  cpuOthers,
  bytes,
  sentBytes,
  fromS,
  toS,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
