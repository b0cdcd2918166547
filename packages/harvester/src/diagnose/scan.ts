import type { Report } from '@aerie/contract/reports';
import { done, type Outcome, type TaskOf } from './outcome.ts';

/** Says what a scan that was asked for by hand found. The report itself goes to Nester as every other. */
export function scanOutcome({ line }: Pick<TaskOf<'scan'>, 'line'>, { targets, hosts, missing, scanner }: Report): Outcome {
  line(`looked at ${targets.join(', ') || 'nothing'} with ${scanner === 'nmap' ? 'nmap' : 'TCP connections'}`);
  let ports = 0;
  for (const host of hosts) {
    const open = host.ports.filter(({ state }) => state === 'open');
    ports += open.length;
    const about = [host.hostname, host.mac].filter(Boolean).join(' ');
    line(
      `${host.address} ${host.status}${about && ` ${about}`}: ${open.map(({ port, service }) => [port, service].filter(Boolean).join(' ')).join(', ') || '-'}`,
    );
  }
  for (const { fact, reason } of missing) line(`not known: ${fact} (${reason})`);
  return done('scanned', { hosts: hosts.filter(({ status }) => status === 'up').length, ports });
}
