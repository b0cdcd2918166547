import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { MissingFact, WanResult } from '@aerie/contract/reports';
import { findProgram } from '../programs.ts';
import { pingTimes } from './ping.ts';

const rounds = 5;
const answerMs = 2_000;
const webPort = 443;

/** One round-trip time in ms, or null when no answer came. */
export type Times = readonly (number | null)[];

/**
 * Measures the way to each target of the policy, all at once: with ping, or by the time that a TCP connection takes.
 * Without targets nothing is sent, and that is said.
 */
export async function measureWan(
  targets: readonly string[],
  signal: AbortSignal,
  ping: string | undefined = findProgram('ping'),
): Promise<{ wan: WanResult[]; missing: MissingFact[] }> {
  if (targets.length === 0) return { wan: [], missing: [{ fact: 'wan', reason: 'no WAN target is set for this site' }] };
  const wan: WanResult[] = [];
  const missing: MissingFact[] = [];
  await Promise.all(
    targets.slice(0, 16).map(async (target, i) => {
      const place = parseTarget(target);
      if (!place) missing.push({ fact: 'wan', reason: `a WAN target is not a name, an address or HOST:PORT: ${target.slice(0, 100)}` });
      else wan[i] = summary(target, await timesTo(place, ping, signal));
    }),
  );
  return { wan: wan.filter(Boolean), missing: missing.slice(0, 4) };
}

interface Target {
  host: string;
  /** Given when the target names a port: then a TCP connection is asked for. */
  port?: number;
}

/** `8.8.8.8`, `example.org`, `example.org:443`, `[2001:db8::1]:443`; never anything that a program could take for an option. */
export function parseTarget(text: string): Target | undefined {
  const [, inBrackets, plain, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]]+?))(?::(\d{1,5}))?$/.exec(isIP(text) === 6 ? `[${text}]` : text) ?? [];
  const host = inBrackets ?? plain;
  if (host === undefined) return undefined;
  if (inBrackets !== undefined ? isIP(host) !== 6 : !/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(host)) return undefined;
  if (port === undefined) return { host };
  return Number(port) >= 1 && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}

async function timesTo({ host, port }: Target, ping: string | undefined, signal: AbortSignal): Promise<Times> {
  if (port === undefined && ping !== undefined) {
    const times = await pingTimes(ping, host, rounds, signal);
    if (times) return times;
  }
  return connectTimes(host, port ?? webPort, signal);
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

/** What many round-trip times amount to. */
export function summary(target: string, times: Times): WanResult {
  const answers = times.filter(ms => ms !== null).sort((a, b) => a - b);
  const middle = answers.length >> 1;
  const medianMs =
    answers.length === 0 ? null : answers.length % 2 === 1 ? answers[middle]! : (answers[middle - 1]! + answers[middle]!) / 2;
  return { target, sent: times.length, received: answers.length, minMs: answers[0] ?? null, medianMs, maxMs: answers.at(-1) ?? null };
}
