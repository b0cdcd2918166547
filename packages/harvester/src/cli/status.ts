import { report as reportSchema } from '@aerie/contract/reports';
import { readIdentity } from '../identity.ts';
import { readPolicy } from '../policy-file.ts';
import { Spool } from '../spool.ts';
import { askStatus } from '../status.ts';
import type { LinkState } from '../uplink.ts';
import { versionLine } from '../version.ts';
import { count } from './count.ts';

const links: Record<LinkState, string> = {
  connecting: 'connecting',
  live: 'connected',
  waiting: 'not connected; tries again',
  refused: 'refused: revoked, or not known there',
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
    ['nester', `${identity.url}: ${running ? links[running.link] : 'the Harvester does not run; start it: harvester run'}`],
    ['may touch', `${policy.ranges.join(', ') || 'nothing'} (policy ${policy.version})`],
    ['last report', last ? `${last.file}: ${count(last.hosts, 'host')}, ${count(last.openPorts, 'open port')}` : 'none yet'],
    ['to be sent', String(spoolDepth)],
  ];
  process.stdout.write(lines.map(([name, value]) => `${name!.padEnd(12)} ${value}\n`).join(''));
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
