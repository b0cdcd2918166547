import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { done, failed, type Outcome, rounded, type TaskOf } from './outcome.ts';
import type { Place } from './place.ts';
import { pingArguments, runProgram } from './program.ts';

const answerMs = 2_000;
const betweenMs = 500;
const webPort = 443;

/** Pings a checked address, or, where ping is missing or not allowed, asks it for TCP connections. */
export async function ping({ request, signal, line }: TaskOf<'ping'>, { address }: Place, program: string | undefined): Promise<Outcome> {
  if (program !== undefined) {
    const times: number[] = [];
    let sent: number | undefined;
    await runProgram(program, pingArguments(address, request.count), signal, text => {
      const [, ms] = /\btime[=<]([\d.]+) ?ms/.exec(text) ?? [];
      if (ms !== undefined) times.push(Number(ms));
      sent ??= Number(/^(\d+) packets transmitted/.exec(text)?.[1]) || undefined;
      line(text);
    });
    signal.throwIfAborted();
    if (sent !== undefined) return outcomeOf(address, times, sent);
  }
  line(
    `${program === undefined ? 'ping is not installed here' : 'ping may not be used here'}: times of TCP connections to port ${webPort}`,
  );
  return await byConnections(address, request.count, signal, line);
}

async function byConnections(address: string, count: number, signal: AbortSignal, line: (text: string) => void): Promise<Outcome> {
  const times: number[] = [];
  for (let n = 1; n <= count; n += 1) {
    if (n > 1) await after(betweenMs, undefined, { signal });
    const ms = await connectionMs(address, webPort, signal);
    signal.throwIfAborted();
    if (ms !== undefined) times.push(ms);
    line(ms === undefined ? `${n}: no answer within ${answerMs / 1_000} s` : `${n}: answer from ${address}, ${rounded(ms)} ms`);
  }
  return outcomeOf(address, times, count);
}

/** A refusal is an answer too: it took the way there and back. */
function connectionMs(host: string, port: number, signal: AbortSignal): Promise<number | undefined> {
  const begun = performance.now();
  return new Promise(resolve => {
    const socket = connect({ host, port, signal });
    const timer = setTimeout(() => end(undefined), answerMs);
    const end = (ms: number | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(ms);
    };
    socket.once('connect', () => end(performance.now() - begun));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? performance.now() - begun : undefined));
  });
}

function outcomeOf(address: string, times: readonly number[], sent: number): Outcome {
  if (times.length === 0) return failed('no_answer', { address });
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const ms = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return done('answers', { received: times.length, sent, address, ms: rounded(ms) });
}
