import type { Report, ReportedHost } from '@aerie/contract/reports';
import { Failure } from '../failure.ts';
import { isEnrolled, readIdentity } from '../identity.ts';
import { authorised, parseBlock } from '../policy.ts';
import { readPolicy } from '../policy-file.ts';
import { makeReport, systemSources } from '../report.ts';
import { meansHere, scan } from '../scan/scan.ts';
import { Spool } from '../spool.ts';
import { readVersion } from '../version.ts';
import { count } from './count.ts';

/** One scan now. An enrolled probe keeps the report, and a Harvester that runs sends it. */
export async function scanOnce(folder: string, { targets, json }: { targets?: readonly string[]; json: boolean }): Promise<void> {
  const policy = readPolicy(folder);
  for (const target of targets ?? [])
    if (!parseBlock(target)) throw new Failure(`"${target}" is neither an address nor a range such as 10.0.0.0/24.`);
  if (authorised(targets ?? policy.ranges, policy.ranges).length === 0)
    throw new Failure(
      `The policy does not allow this. It allows: ${policy.ranges.join(', ') || 'nothing'}. An administrator changes it on the site's page.`,
    );
  const enrolled = isEnrolled(folder) ? readIdentity(folder).identity : undefined;
  const control = new AbortController();
  const stop = () => control.abort(new Failure('The scan was ended before it was done.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const request = { probeId: enrolled?.probeId ?? 'none', version: readVersion().version, policy, targets, signal: control.signal };
  const report = await makeReport(request, { ...systemSources, scan: one => scan(one, meansHere()) });
  if (enrolled) new Spool(folder).add(JSON.stringify(report), report.finishedAt);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : readable(report));
}

/** A report as a person reads it. */
function readable(report: Report): string {
  const lines = report.hosts.flatMap(host => [heading(host), ...portLines(host)]);
  const by = report.scanner === 'nmap' ? 'nmap' : 'the built-in TCP scan';
  const open = report.hosts.reduce((sum, { ports }) => sum + ports.filter(({ state }) => state === 'open').length, 0);
  lines.push(
    `${report.targets.join(', ')}: ${count(report.hosts.length, 'host')}, ${count(open, 'open port')}, by ${by} in ${((report.finishedAt - report.startedAt) / 1_000).toFixed(1)} s`,
  );
  for (const { target, sent, received, medianMs } of report.wan)
    lines.push(`WAN ${target}: ${medianMs === null ? 'no answer' : `${medianMs.toFixed(1)} ms`}, ${received} of ${sent} answers`);
  for (const { fact, reason } of report.missing) lines.push(`not known: ${fact} (${reason})`);
  return `${lines.join('\n')}\n`;
}

function heading({ address, hostname, mac, vendor, os, status }: ReportedHost): string {
  const about = [hostname, mac && [mac, vendor].filter(Boolean).join(' '), os && `${os.name} (${os.accuracy} %)`].filter(Boolean);
  return `${address}  ${status}${about.length > 0 ? `  ${about.join(', ')}` : ''}`;
}

function portLines({ ports }: ReportedHost): string[] {
  const shown = ports.filter(({ state }) => state === 'open');
  const others = (['closed', 'filtered'] as const).flatMap(state => {
    const n = ports.filter(port => port.state === state).length;
    return n > 0 ? [`${n} ${state}`] : [];
  });
  return [
    ...shown.map(({ port, protocol, service, product, version }) =>
      `  ${`${port}/${protocol}`.padEnd(10)} open  ${[service, product, version].filter(Boolean).join(' ')}`.trimEnd(),
    ),
    ...(others.length > 0 ? [`  ${others.join(', ')}`] : []),
  ];
}
