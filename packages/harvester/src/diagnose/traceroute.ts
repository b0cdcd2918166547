import { isIP } from 'node:net';
import { isLoopback } from '../scan/findings.ts';
import { pingHop } from '../wan/path.ts';
import { done, failed, type Outcome, Refusal, type TaskOf } from './outcome.ts';
import type { Place } from './place.ts';
import { hopArguments, nmapPathArguments, runProgram, tracerouteArguments } from './program.ts';

/** Programs that show a way, where this machine has them; nmap only when it may send raw packets. */
export interface PathPrograms {
  readonly traceroute: string | undefined;
  readonly ping: string | undefined;
  readonly nmap: string | undefined;
}

/** Shows the way to a checked address, hop by hop. @throws Refusal when this machine has no program for it */
export async function traceroute(task: TaskOf<'traceroute'>, place: Place, programs: PathPrograms): Promise<Outcome> {
  const { request, signal } = task;
  const { address } = place;
  if (isLoopback(address)) {
    task.line(`1  ${address}`);
    return done('reached', { address, hops: 1 });
  }
  let hops = 0;
  let isReached = false;
  const see = (number: number, from: string | undefined) => {
    hops = Math.max(hops, number);
    isReached ||= from === address;
  };
  if (programs.traceroute !== undefined) {
    await runProgram(programs.traceroute, tracerouteArguments(address, request.maxHops), signal, text => {
      const [, number, from] = /^\s*(\d{1,2})\s+(\S+)/.exec(text) ?? [];
      if (number !== undefined) see(Number(number), from);
      task.line(text);
    });
  } else if (programs.ping !== undefined) {
    for (let ttl = 1; ttl <= request.maxHops && !isReached; ttl += 1) {
      const output: string[] = [];
      const begun = performance.now();
      await runProgram(programs.ping, hopArguments(address, ttl), signal, text => output.push(text));
      signal.throwIfAborted();
      const hop = pingHop(output.join('\n'), performance.now() - begun);
      see(ttl, hop.address ?? undefined);
      task.line(`${ttl}  ${hop.address === null ? '*' : `${hop.address}  ${hop.ms} ms`}`);
    }
  } else if (programs.nmap !== undefined) {
    task.line('traceroute is not installed here: nmap looks for the way');
    await runProgram(programs.nmap, nmapPathArguments(address), signal, text => {
      const [, number, from] = /^(\d{1,2})\s+(?:[\d.]+ ms|\.\.\.)\s*(\S*)$/.exec(text) ?? [];
      if (number === undefined) return;
      if (from !== undefined && isIP(from) !== 0) see(Number(number), from);
      task.line(text);
    });
  } else throw new Refusal('no_program', { program: 'traceroute', package: 'traceroute' });
  signal.throwIfAborted();
  return isReached ? done('reached', { address, hops }) : failed('not_reached', { address, hops: Math.max(hops, 1) });
}
