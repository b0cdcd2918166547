/** The load of the ingest benchmark, a process of its own: probes that send one report after the other, each over a connection that stays. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Point, reportOf } from './points.ts';
import type { SeededProbe } from './seed.ts';

export interface Load {
  port: number;
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
  /** Of one report: its JSON, and what is sent of it. */
  bytes: number;
  sentBytes: number;
  /** The measured time, on the machine's monotonic clock, in seconds. */
  fromS: number;
  toS: number;
}

const load = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Load;
const agent = new http.Agent({ keepAlive: true });
const times: number[] = [];
let acknowledged = 0;
let isMeasuring = false;
let isOver = false;
let bytes = 0;
let sentBytes = 0;

async function play({ probeId, key: pem }: SeededProbe): Promise<void> {
  const key = createPrivateKey(pem);
  let at = 0;
  for (let n = 1; !isOver; n++) {
    at = Math.max(at + 1, Date.now());
    const json = JSON.stringify(reportOf(probeId, n, at, load.change));
    const body = load.gzip ? gzipSync(json, { level: 1 }) : Buffer.from(json);
    bytes = Buffer.byteLength(json);
    sentBytes = body.length;
    const headers = { ...signed(key, body), 'aerie-probe': probeId };
    const before = performance.now();
    const status = await post(body, headers);
    if (status !== 201) throw new Error(`a report was answered with ${status}`);
    acknowledged++;
    if (isMeasuring) times.push(performance.now() - before);
  }
}

function signed(key: KeyObject, body: Buffer): Record<string, string> {
  const time = String(Date.now());
  const text = `aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`;
  return { 'aerie-time': time, 'aerie-signature': sign(null, Buffer.from(text), key).toString('base64url') };
}

function post(body: Buffer, own: Record<string, string>): Promise<number> {
  const encoding: Record<string, string> = load.gzip ? { 'content-encoding': 'gzip' } : {};
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length), ...encoding, ...own };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { port: load.port, host: '127.0.0.1', path: '/api/probe/reports', method: 'POST', agent, headers },
      answer => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode!));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
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

const playing = Promise.all(load.probes.map(play));
const waited = (seconds: number) => Promise.race([new Promise(resolve => setTimeout(resolve, seconds * 1_000)), playing]);
await waited(load.warmSeconds);
isMeasuring = true;
const fromS = clockS();
const from = { at: performance.now(), server: serverSeconds(), own: process.cpuUsage() };
await waited(load.seconds);
isMeasuring = false;
const toS = clockS();
const elapsed = (performance.now() - from.at) / 1_000;
const own = process.cpuUsage(from.own);
const cpu = (serverSeconds() - from.server) / elapsed;
const rssMb = serverMb();
isOver = true;
await playing;
agent.destroy();
times.sort((a, b) => a - b);
const result: LoadResult = {
  acknowledged,
  reportsPerS: times.length / elapsed,
  ackP50Ms: percentile(times, 0.5),
  ackP99Ms: percentile(times, 0.99),
  cpu,
  rssMb,
  generatorCpu: (own.user + own.system) / 1e6 / elapsed,
  bytes,
  sentBytes,
  fromS,
  toS,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
