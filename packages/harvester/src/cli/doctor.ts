import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { Failure, oneLine } from '../failure.ts';
import { type Identity, isEnrolled, readIdentity } from '../identity.ts';
import { endpointOf } from '../link.ts';
import { readPolicy } from '../policy-file.ts';
import { findProgram } from '../programs.ts';
import { maySendRaw } from '../scan/nmap.ts';
import { Spool } from '../spool.ts';
import { askStatus, type RunningStatus } from '../status.ts';
import { readVersion, versionLine } from '../version.ts';
import { count } from './count.ts';

/** What one check found. `mend` says what to do about it. */
export interface Finding {
  level: 'good' | 'note' | 'wrong';
  says: string;
  mend?: string;
}

const marks = { good: 'ok   ', note: 'note ', wrong: 'WRONG' } as const;
const mebibyte = 1024 ** 2;
/** Signatures are taken within five minutes; a clock that is half a minute off goes on going wrong. */
const skewMs = 30_000;
const askMs = 15_000;

/** `harvester doctor`: says what is wrong with this probe, and the mend. Changes nothing. @throws Failure when something is wrong */
export async function doctor(config: Config, json: boolean): Promise<void> {
  const findings = await examine(config);
  const line = ({ level, says, mend }: Finding) => `${marks[level]} ${says}${mend ? `. ${mend}` : ''}\n`;
  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : findings.map(line).join(''));
  const wrong = findings.filter(({ level }) => level === 'wrong').length;
  if (wrong > 0) throw new Failure(wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`);
}

/** Looks at everything that a probe needs. */
export async function examine(config: Config): Promise<Finding[]> {
  const { data } = config;
  const first: Finding[] = [{ level: 'good', says: `Harvester ${versionLine()}, Node ${process.versions.node}` }];
  let identity: Identity;
  try {
    if (existsSync(data)) first.push(...rights(data));
    if (!isEnrolled(data) && !first.some(({ level }) => level === 'wrong')) return [...first, notEnrolled(data), ...means(undefined)];
    identity = readIdentity(data).identity;
  } catch (error) {
    return [...first, { level: 'wrong', says: oneLine(error), mend: 'Run this as the user that the Harvester runs as, or as root.' }];
  }
  const running = await askStatus(data);
  return [
    ...first,
    { level: 'good', says: `Enrolled at ${identity.siteCode} (${identity.siteName}), probe ${identity.probeId}` },
    ...(await reach(config, identity, running)),
    ...allowed(config, running),
    ...means(running),
    ...kept(config, running),
  ];
}

const notEnrolled = (folder: string): Finding => ({
  level: 'wrong',
  says: `No probe is enrolled in ${folder}`,
  mend: 'Paste the line that the site’s page gives: harvester enrol URL CODE',
});

/** The folder holds the probe's key: it is nobody else's business. */
function rights(folder: string): Finding[] {
  return [folder, join(folder, 'probe.key')].flatMap((path): Finding[] => {
    if (!existsSync(path) || (statSync(path).mode & 0o077) === 0) return [];
    return [{ level: 'wrong', says: `Other users of this machine can look into ${path}`, mend: `chmod go= ${path}` }];
  });
}

/** Whether Nester is there, is the right one, and takes this probe. */
async function reach(config: Config, identity: Identity, running: RunningStatus | undefined): Promise<Finding[]> {
  const findings: Finding[] = [];
  const url = config.nester ?? identity.url;
  if (!running) findings.push({ level: 'note', says: 'The Harvester does not run', mend: 'systemctl start harvester, or: harvester run' });
  if (running?.clone) {
    const says = `Kept out: ${running.clone.name} works with the key of this probe`;
    findings.push({ level: 'wrong', says, mend: 'An administrator gives it an identity of its own, on the site’s page.' });
  } else if (running?.link === 'refused') {
    findings.push({
      level: 'wrong',
      says: `Nester at ${url} refuses this probe`,
      mend: 'Enrol it again with a new code: harvester enrol URL CODE --force',
    });
  } else if (running?.link === 'live') findings.push({ level: 'good', says: `Connected to Nester at ${url}` });
  else findings.push(await ask(config, identity, url));
  const skew = running?.clockSkewMs ?? null;
  if (skew !== null && Math.abs(skew) > skewMs)
    findings.push({
      level: 'wrong',
      says: `The clock is ${Math.round(Math.abs(skew) / 1_000)} s ${skew > 0 ? 'ahead of' : 'behind'} Nester's`,
      mend: 'timedatectl set-ntp true, here or there: timedatectl says which of both is right.',
    });
  return findings;
}

/** Asks what anybody may ask. */
async function ask(config: Config, identity: Identity, url: string): Promise<Finding> {
  const endpoint = endpointOf(identity, { url: config.nester, pin: config.pin, proxy: config.proxy });
  try {
    const json = { 'content-type': 'application/json' };
    const { status, body } = await endpoint.post('/api/server.show', json, Buffer.from('{}'), AbortSignal.timeout(askMs));
    const version = (body as { version?: unknown } | undefined)?.version;
    if (status === 200 && typeof version === 'string') {
      const says = `Nester ${version.slice(0, 40)} answers at ${url}`;
      return version === readVersion().version
        ? { level: 'good', says }
        : { level: 'note', says: `${says}, this is ${readVersion().version}`, mend: 'Bring both to one version when it suits.' };
    }
    return {
      level: 'wrong',
      says: `What answers at ${url} is not a Nester (HTTP ${status})`,
      mend: 'Look at the address: HARVESTER_NESTER.',
    };
  } catch (error) {
    const mend = 'Look at the address (HARVESTER_NESTER), the proxy (HARVESTER_PROXY) and the firewall; reports wait here meanwhile.';
    return { level: 'wrong', says: `Nester at ${url} is not reached: ${oneLine(error)}`, mend };
  } finally {
    endpoint.close();
  }
}

function allowed(config: Config, running: RunningStatus | undefined): Finding[] {
  const { ranges, version } = running?.policy ?? readPolicy(config.data);
  const refused = running?.refusedPolicy;
  const findings: Finding[] = [];
  if (refused)
    findings.push({
      level: 'wrong',
      says: `Policy ${refused.version} is not followed: ${refused.reason}`,
      mend: 'An administrator changes it on the site’s page.',
    });
  if (ranges.length === 0 || ranges.every(range => /^(127\.|::1)/.test(range)))
    findings.push({
      level: 'note',
      says: `It may touch ${ranges.join(', ') || 'nothing'} (policy ${version}): no device of the site`,
      mend: 'An administrator authorises the site’s networks on its page.',
    });
  else findings.push({ level: 'good', says: `It may touch ${ranges.join(', ')} (policy ${version})` });
  return findings;
}

/** What scans can show with what this machine has. */
function means(running: RunningStatus | undefined): Finding[] {
  const nmap = findProgram('nmap');
  const nmapFinding: Finding = nmap
    ? { level: 'good', says: `nmap is ${nmap}` }
    : { level: 'note', says: 'nmap is not installed: reports have no services, versions and systems', mend: 'apt-get install nmap' };
  const raw = running ? mayServiceSendRaw(running.pid) : maySendRaw();
  if (raw === undefined) return [nmapFinding];
  const rawFinding: Finding = raw
    ? { level: 'good', says: 'It may send raw packets' }
    : {
        level: 'note',
        says: 'It may not send raw packets: reports have no hardware addresses and systems',
        mend: 'Give its service CAP_NET_RAW, as deploy/debian/systemd/harvester.service does.',
      };
  return [nmapFinding, rawFinding];
}

/** Whether what the running process starts may; undefined where that cannot be seen. */
function mayServiceSendRaw(pid: number): boolean | undefined {
  try {
    return mayRaw(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads /proc/PID/status: root's programs have what it has, others only what is ambient (CAP_NET_RAW is bit 13). */
export function mayRaw(status: string): boolean {
  const isRoot = /^Uid:\s+\d+\s+0\s/m.test(status);
  const bits = new RegExp(`^${isRoot ? 'CapEff' : 'CapAmb'}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${bits}`) >> 13n) & 1n) === 1n;
}

/** What waits to be sent, and the room for it. */
function kept(config: Config, running: RunningStatus | undefined): Finding[] {
  const findings: Finding[] = [];
  // It is made when the probe first runs; a doctor makes nothing.
  const depth = running?.spoolDepth ?? (existsSync(join(config.data, 'spool')) ? new Spool(config.data).depth : 0);
  if (running && running.unwritten > 0)
    findings.push({
      level: 'wrong',
      says: `${count(running.unwritten, 'report')} wait in memory: they cannot be written`,
      mend: `Make room, or mend the rights: df -h ${config.data}`,
    });
  if (running && running.dropped > 0)
    findings.push({
      level: 'note',
      says: `${count(running.dropped, 'report')} were dropped before they were sent`,
      mend: 'Raise HARVESTER_SPOOL_DAYS or HARVESTER_SPOOL_MIB, and mend the link.',
    });
  findings.push({ level: 'good', says: `${count(depth, 'report')} to be sent` });
  const { bavail, bsize } = statfsSync(config.data);
  const free = bavail * bsize;
  const says = `${Math.floor(free / mebibyte)} MiB free for ${config.data}`;
  if (free < 50 * mebibyte) findings.push({ level: 'wrong', says, mend: 'Make room: reports are kept there until they are sent.' });
  else if (free < config.spoolMebibytes * mebibyte)
    findings.push({
      level: 'note',
      says: `${says}, less than reports may take (HARVESTER_SPOOL_MIB is ${config.spoolMebibytes})`,
      mend: 'Make room, or lower it.',
    });
  else findings.push({ level: 'good', says });
  return findings;
}
