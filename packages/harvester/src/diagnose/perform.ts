import { findProgram } from '../programs.ts';
import { maySendRaw } from '../scan/nmap.ts';
import { dns } from './dns.ts';
import { hostOf, http } from './http.ts';
import { type Outcome, Refusal, type Task, type TaskOf } from './outcome.ts';
import { ping } from './ping.ts';
import { placeOf, type Surroundings, thisPlace } from './place.ts';
import { tcp } from './tcp.ts';
import { type PathPrograms, traceroute } from './traceroute.ts';

/** What a probe performs diagnostics with. */
export interface Instruments {
  readonly programs: PathPrograms;
  readonly around: Surroundings;
  /** Name servers; the system's when absent. */
  readonly nameServers?: readonly string[];
  /** Scans what the policy allows of the targets; absent where only single places are looked at. */
  scan?(task: TaskOf<'scan'>): Promise<Outcome>;
}

/** What this machine has. */
export function instrumentsHere(): Instruments {
  const [tracer, pinger, nmap] = ['traceroute', 'ping', 'nmap'].map(name => findProgram(name));
  return { programs: { traceroute: tracer, ping: pinger, nmap: maySendRaw() ? nmap : undefined }, around: thisPlace };
}

/**
 * Does what was asked, if the policy that is in force here allows it.
 * @throws Refusal, or the signal's reason
 */
export async function perform(task: Task, { programs, around, nameServers, scan }: Instruments): Promise<Outcome> {
  const { request, policy, signal } = task;
  if (!policy.diagnostics.includes(request.do)) throw new Refusal('not_allowed', { what: request.do });
  const at = async (host: string) => {
    const place = await placeOf(host, policy, signal, around);
    // It may have been cancelled during the look-up: then nothing is sent any more.
    signal.throwIfAborted();
    return place;
  };
  switch (request.do) {
    case 'scan':
      if (!scan) throw new Refusal('not_allowed', { what: 'scan' });
      return await scan({ ...task, request });
    case 'ping':
      return await ping({ ...task, request }, await at(request.host), programs.ping);
    case 'traceroute':
      return await traceroute({ ...task, request }, await at(request.host), programs);
    case 'dns':
      return await dns({ ...task, request }, nameServers);
    case 'tcp':
      return await tcp({ ...task, request }, await at(request.host));
    case 'http':
      // A password in an address would be sent, and would stand in records.
      if (new URL(request.url).username !== '' || new URL(request.url).password !== '')
        throw new Refusal('not_allowed', { what: `…@${hostOf(request.url)}` });
      return await http({ ...task, request }, await at(hostOf(request.url)));
  }
}
