import type { Report, ReportedHost } from '@aerie/contract/reports';
import { DeviceMemory } from '../discover/memory.ts';
import { Failure } from '../failure.ts';
import { isEnrolled, readIdentity } from '../identity.ts';
import { readInventory, resolveEntries } from '../inventory.ts';
import { allowedBy, isTarget, mayScanAt } from '../policy.ts';
import { readPolicy } from '../policy-file.ts';
import { makeReport, systemSources } from '../report.ts';
import type { ScanProgress } from '../scan/findings.ts';
import { planScan, type ScanPlan } from '../scan/plan.ts';
import { meansHere, scan } from '../scan/scan.ts';
import { Spool } from '../spool.ts';
import { readVersion } from '../version.ts';
import { count } from './count.ts';

export interface ScanOptions {
  readonly targets?: readonly string[];
  /** A file with the hosts to look at. */
  readonly inventory?: string;
  /** Only who is there. */
  readonly sweep?: boolean;
  /** Look closely at every device, known or not. */
  readonly deep?: boolean;
  readonly dryRun?: boolean;
  readonly json: boolean;
}

/** One scan now. An enrolled probe keeps the report, and a Harvester that runs sends it. */
export async function scanOnce(folder: string, options: ScanOptions): Promise<void> {
  const policy = readPolicy(folder);
  const targets = await targetsOf(options);
  if (allowedBy({ ...policy, maxHosts: 1 }, targets).addresses.length === 0)
    throw new Failure(
      `The policy does not allow this. It allows: ${policy.ranges.join(', ') || 'nothing'}${policy.exclude.length > 0 ? `, without ${policy.exclude.join(', ')}` : ''}. An administrator changes it on the site's page.`,
    );
  if (options.dryRun) {
    const plan = planScan(policy, targets, meansHere(), Date.now());
    process.stdout.write(options.json ? `${JSON.stringify({ ...plan, left: Number(plan.left) })}\n` : readablePlan(plan));
    return;
  }
  const opening = mayScanAt(policy, Date.now());
  if (!opening.open)
    throw new Failure(
      `The policy does not allow a scan at this time. ${opening.until === null ? 'No window is to come' : `The next window begins at ${new Date(opening.until).toISOString()}`}.`,
    );
  const enrolled = isEnrolled(folder) ? readIdentity(folder).identity : undefined;
  const control = new AbortController();
  const stop = () => control.abort(new Failure('The scan was ended before it was done.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const report = await makeReport(
    {
      ...{ probeId: enrolled?.probeId ?? 'none', version: readVersion().version, targets, signal: control.signal },
      policy: options.deep ? { ...policy, deepEveryMs: 0 } : policy,
      kind: options.sweep ? 'sweep' : 'full',
      memory: enrolled ? new DeviceMemory(folder) : undefined,
      progress: process.stderr.isTTY ? showProgress : undefined,
    },
    { ...systemSources, scan: one => scan(one, meansHere()) },
  );
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (enrolled) new Spool(folder).add(JSON.stringify(report), report.finishedAt);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : readable(report));
}

async function targetsOf({ targets, inventory }: ScanOptions): Promise<string[] | undefined> {
  for (const target of targets ?? [])
    if (!isTarget(target)) throw new Failure(`"${target}" is neither an address nor a range such as 10.0.0.0/24 or 10.0.0.5-20.`);
  if (inventory === undefined) return targets && [...targets];
  const listed = await resolveEntries(readInventory(inventory));
  if (listed.unknown.length > 0)
    process.stderr.write(
      `harvester: no address for ${listed.unknown
        .slice(0, 5)
        .map(name => JSON.stringify(name))
        .join(', ')}${listed.unknown.length > 5 ? ` and ${listed.unknown.length - 5} more` : ''}; they are left out.\n`,
    );
  return [...(targets ?? []), ...listed.targets];
}

const phases: Record<ScanProgress['phase'], string> = {
  discovery: 'who is there',
  ports: 'ports',
  services: 'services and systems',
  udp: 'UDP ports',
  pages: 'certificates and titles',
};

function showProgress({ phase, done, total }: ScanProgress): void {
  process.stderr.write(`\r\u001b[K${phases[phase]}: ${done} of ${total}`);
}

function readablePlan(plan: ScanPlan): string {
  const shown = plan.addresses.slice(0, 20);
  const lines = [
    `Nothing was sent. A scan now would touch ${count(plan.addresses.length, 'address', 'addresses')} in ${plan.targets.join(', ')}:`,
    `  ${shown.join(' ')}${plan.addresses.length > shown.length ? ` and ${plan.addresses.length - shown.length} more` : ''}`,
    ...(plan.left > 0n ? [`  ${plan.left} more addresses of the ranges are left out: one pass looks at ${plan.addresses.length}`] : []),
    `TCP ports ${plan.ports}`,
    ...(plan.udpPorts === '' ? [] : [`UDP ports ${plan.udpPorts}`]),
    ...plan.steps.map((step, i) => `${i + 1}. ${step}`),
    `At most about ${plan.packets} packets to find out who is there and what is open: ${plan.seconds} s at ${plan.packetsPerSecond} packets a second.`,
  ];
  if (plan.notBefore === null) lines.push('The policy allows no scan at any time: no window is to come.');
  else if (plan.notBefore !== undefined) lines.push(`Not now: the next window begins at ${new Date(plan.notBefore).toISOString()}.`);
  return `${lines.join('\n')}\n`;
}

/** A report as a person reads it. */
function readable(report: Report): string {
  const lines = report.hosts.flatMap(host => [heading(host), ...portLines(host)]);
  const by = report.scanner === 'nmap' ? 'nmap' : 'the built-in TCP scan';
  const open = report.hosts.reduce((sum, { ports }) => sum + ports.filter(({ state }) => state === 'open').length, 0);
  lines.push(
    `${report.targets.join(', ')}: ${count(report.hosts.length, 'host')}, ${report.kind === 'sweep' ? '' : `${count(open, 'open port')}, `}by ${by} in ${((report.finishedAt - report.startedAt) / 1_000).toFixed(1)} s`,
  );
  for (const { target, sent, received, medianMs } of report.wan)
    lines.push(`WAN ${target}: ${medianMs === null ? 'no answer' : `${medianMs.toFixed(1)} ms`}, ${received} of ${sent} answers`);
  for (const { fact, reason } of report.missing) lines.push(`not known: ${fact} (${reason})`);
  return `${lines.join('\n')}\n`;
}

function heading({ address, hostname, mac, vendor, randomMac, os, status }: ReportedHost): string {
  const hardware = mac && [mac, vendor ?? (randomMac ? 'random' : null)].filter(Boolean).join(' ');
  const about = [hostname, hardware, os && `${os.name} (${os.accuracy} %)`].filter(Boolean);
  return `${address}  ${status}${about.length > 0 ? `  ${about.join(', ')}` : ''}`;
}

function portLines({ ports }: ReportedHost): string[] {
  const shown = ports.filter(({ state }) => state === 'open');
  const others = (['closed', 'filtered'] as const).flatMap(state => {
    const n = ports.filter(port => port.state === state).length;
    return n > 0 ? [`${n} ${state}`] : [];
  });
  return [
    ...shown.map(({ port, protocol, service, product, version, title, tls }) => {
      const about = [
        [service, product, version].filter(Boolean).join(' '),
        title && `“${title}”`,
        tls && `certificate of ${tls.subject || 'nobody'} until ${new Date(tls.notAfter).toISOString().slice(0, 10)}`,
      ];
      return `  ${`${port}/${protocol}`.padEnd(10)} open  ${about.filter(Boolean).join(', ')}`.trimEnd();
    }),
    ...(others.length > 0 ? [`  ${others.join(', ')}`] : []),
  ];
}
