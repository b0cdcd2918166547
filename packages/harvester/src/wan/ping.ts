import { execFile } from 'node:child_process';
import type { Times } from './times.ts';

/**
 * Pings a host that `parseTarget` has passed. Undefined when ping itself could not work (it may not open its socket,
 * say), so that another way is tried.
 */
export function pingTimes(ping: string, host: string, rounds: number, signal: AbortSignal): Promise<Times | undefined> {
  const args = ['-n', '-c', String(rounds), '-i', '0.5', '-W', '2', '-w', '10', host];
  return new Promise(resolve => {
    execFile(
      ping,
      args,
      { signal, timeout: 15_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, env: { ...process.env, LC_ALL: 'C' } },
      (_, stdout) => resolve(timesIn(stdout, rounds)),
    );
  });
}

/** `64 bytes from 192.0.2.1: icmp_seq=1 ttl=57 time=12.4 ms`, and a last part with the counts. */
export function timesIn(output: string, rounds: number): Times | undefined {
  if (!/\d+ packets transmitted/.test(output)) return undefined;
  const times = [...output.matchAll(/\btime[=<]([\d.]+) ?ms/g)].slice(0, rounds).map(match => Number(match[1]));
  return Array.from({ length: rounds }, (_, i) => times[i] ?? null);
}
