import { report as reportSchema } from '@aerie/contract/reports';
import { oneLine } from '../failure.ts';
import { readIdentity } from '../identity.ts';
import { readPolicy } from '../policy-file.ts';
import { Spool } from '../spool.ts';
import { askStatus, type RunningStatus } from '../status.ts';
import type { LinkState } from '../uplink.ts';
import { versionLine } from '../version.ts';
import { count } from './count.ts';

const links: Record<LinkState, string> = {
  connecting: 'connecting',
  live: 'connected',
  waiting: 'not connected; tries again',
  refused: 'refused: revoked, or not known there',
  cloned: 'kept out: another machine works with the key of this probe',
  stopped: 'stopped',
};

/** Prints who the probe is, how its line does, what it may touch, and its last report. */
export async function printStatus(folder: string, json: boolean): Promise<void> {
  const { identity } = readIdentity(folder);
  const running = await askStatus(folder);
  const policy = running?.policy ?? readPolicy(folder);
  const spool = new Spool(folder);
  const spoolDepth = spool.depth;
  const last = lastReport(spool);
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ ...identity, version: versionLine(), running: running !== undefined, ...running, policy, spoolDepth, last: last ?? null })}\n`,
    );
    return;
  }
  const lines = [
    ['site', `${identity.siteCode} (${identity.siteName})`],
    ['probe', identity.probeId],
    ['version', versionLine()],
    ['nester', `${identity.url}: ${running ? links[running.link] : 'the Harvester does not run; start it: npx harvester run'}`],
    ['may touch', `${policy.ranges.join(', ') || 'nothing'} (policy ${policy.version})`],
    ['last report', last ? `${last.file}: ${count(last.hosts, 'host')}, ${count(last.openPorts, 'open port')}` : 'none yet'],
    ['to be sent', String(spoolDepth)],
    ...(running ? troubles(running) : []),
  ];
  process.stdout.write(lines.map(([name, value]) => `${name!.padEnd(12)} ${value}\n`).join(''));
}

/** What somebody should know, when it is so. */
function troubles({ unwritten, dropped, refusedPolicy, clone, clockSkewMs }: RunningStatus): [string, string][] {
  const lines: [string, string][] = [];
  if (unwritten > 0) lines.push(['not written', `${count(unwritten, 'report')} held in memory: the disk takes nothing`]);
  if (dropped > 0) lines.push(['dropped', `${count(dropped, 'report')} that Nester never had: the spool was full`]);
  if (refusedPolicy) lines.push(['not followed', `policy ${refusedPolicy.version}: ${oneLine(refusedPolicy.reason)}`]);
  if (clone)
    lines.push(['clone', `${oneLine(clone.name)} works with this key. On the site's page an administrator gives this machine its own`]);
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > 2_000)
    lines.push(['clock', `${Math.round(Math.abs(clockSkewMs) / 1_000)} s ${clockSkewMs > 0 ? 'ahead of' : 'behind'} Nester's`]);
  return lines;
}

function lastReport(spool: Spool): { file: string; finishedAt: number; hosts: number; openPorts: number } | undefined {
  const latest = spool.latest();
  if (!latest) return undefined;
  try {
    const { hosts, finishedAt } = reportSchema.parse(JSON.parse(latest.text));
    const openPorts = hosts.reduce((sum, { ports }) => sum + ports.filter(({ state }) => state === 'open').length, 0);
    return { file: latest.name, finishedAt, hosts: hosts.length, openPorts };
  } catch {
    return undefined;
  }
}
