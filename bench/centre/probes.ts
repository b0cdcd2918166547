/** All probes of the centre's benchmark, in a process of their own: they connect at once, beat, and report once in a while. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { connectProbe, macOf } from '../ingest/door.ts';
import type { SeededProbe } from '../ingest/seed.ts';
import type { Talker } from '../kit/talker.ts';
import { centreReport } from './reports.ts';

export interface ProbesOrder {
  tcpPort: number;
  httpPort: number;
  probes: SeededProbe[];
  /** How many reports all of them send in a second; 0: none. */
  reportsPerS: number;
}

const { tcpPort, httpPort, probes, reportsPerS } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as ProbesOrder;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const say = (told: object) => process.stdout.write(`${JSON.stringify(told)}\n`);

const macKeys = new Map<string, Buffer>();

async function comeIn(probe: SeededProbe): Promise<Talker> {
  const { line, macKey, heartbeatMs, beat } = await connectProbe(tcpPort, probe);
  macKeys.set(probe.probeId, macKey);
  await beat();
  // Not all at the same moment, as in life.
  setTimeout(() => setInterval(() => void beat().catch(() => {}), heartbeatMs), Math.random() * heartbeatMs);
  return line;
}

async function report(n: number): Promise<void> {
  const { probeId } = probes[n % probes.length]!;
  const body = gzipSync(JSON.stringify(centreReport(probeId, (n % probes.length) + 1, Math.floor(n / probes.length) + 1, Date.now())), {
    level: 1,
  });
  const time = String(Date.now());
  const headers = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': String(body.length),
    'aerie-probe': probeId,
    'aerie-time': time,
    'aerie-mac': macOf(macKeys.get(probeId)!, time, body),
  };
  await new Promise<void>((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: httpPort, path: '/api/probe/reports', method: 'POST', agent, headers },
      answer => {
        answer.resume();
        answer.once('end', () =>
          answer.statusCode === 201 ? resolve() : reject(new Error(`a report was answered with ${answer.statusCode}`)),
        );
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

const before = performance.now();
await Promise.all(probes.map(comeIn));
say({ thereS: (performance.now() - before) / 1_000, count: probes.length });

let sent = 0;
if (reportsPerS > 0) {
  const timer = setInterval(() => {
    const n = sent++;
    void report(n).catch(error => say({ error: (error as Error).message }));
  }, 1_000 / reportsPerS);
  timer.ref();
}
createInterface({ input: process.stdin }).on('close', () => {
  say({ sent });
  process.exit(0);
});
