import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { WanResult } from '@aerie/contract/reports';
import { pingTimes } from './ping.ts';
import type { NamedTarget, Target } from './targets.ts';

const rounds = 5;
const answerMs = 2_000;
const webPort = 443;

/** One round-trip time in ms, or null when no answer came. */
export type Times = readonly (number | null)[];

/** The times to a target: with ping, or those that TCP connections take. `byConnections` says that it was the latter. */
export async function timesTo(
  { host, port }: Target,
  ping: string | undefined,
  signal: AbortSignal,
): Promise<{ times: Times; byConnections: boolean }> {
  if (port === undefined && ping !== undefined) {
    const times = await pingTimes(ping, host, rounds, signal);
    if (times) return { times, byConnections: false };
  }
  return { times: await connectTimes(host, port ?? webPort, signal), byConnections: true };
}

/** A refusal is an answer too: it took the way there and back. */
async function connectTimes(host: string, port: number, signal: AbortSignal): Promise<Times> {
  // Asked once: the time of the name server is not the time of the way.
  const address = await lookup(host).then(
    found => found.address,
    () => undefined,
  );
  const times: (number | null)[] = [];
  for (let i = 0; i < rounds && !signal.aborted; i += 1)
    times.push(address === undefined ? null : await connectTime(address, port, signal));
  return times;
}

function connectTime(host: string, port: number, signal: AbortSignal): Promise<number | null> {
  const begun = performance.now();
  return new Promise(resolve => {
    const socket = connect({ host, port, signal });
    const timer = setTimeout(() => end(null), answerMs);
    const end = (ms: number | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(ms);
    };
    socket.once('connect', () => end(performance.now() - begun));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? performance.now() - begun : null));
  });
}

/** What many round-trip times, in the order in which they were measured, amount to. */
export function summary({ target, role }: NamedTarget, times: Times): WanResult {
  const inOrder = times.filter(ms => ms !== null);
  const answers = inOrder.toSorted((a, b) => a - b);
  const middle = answers.length >> 1;
  const medianMs =
    answers.length === 0 ? null : answers.length % 2 === 1 ? answers[middle]! : (answers[middle - 1]! + answers[middle]!) / 2;
  return {
    target,
    role,
    sent: times.length,
    received: answers.length,
    minMs: toMicroseconds(answers[0] ?? null),
    medianMs: toMicroseconds(medianMs),
    maxMs: toMicroseconds(answers.at(-1) ?? null),
    jitterMs: toMicroseconds(jitterOf(inOrder)),
  };
}

/** How much answers that follow each other differ, on average; one answer has none. */
function jitterOf(inOrder: readonly number[]): number | null {
  if (inOrder.length < 2) return null;
  let sum = 0;
  for (let i = 1; i < inOrder.length; i += 1) sum += Math.abs(inOrder[i]! - inOrder[i - 1]!);
  return sum / (inOrder.length - 1);
}

function toMicroseconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1_000) / 1_000;
}
