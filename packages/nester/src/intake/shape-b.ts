import type { ReportedHost } from '@aerie/contract';
import { bareHost, bodyOf, type Draft, Missing, meanWan, mostHosts } from './draft.ts';
import { franchiseInName } from './names.ts';
import { Unreadable } from './reasons.ts';
import { addressOf, countOf, type Fields, field, isFields, msOf, textOf } from './values.ts';

/** What the file calls a link that it does not name. */
const unnamedTarget = 'WAN';

export function isShapeB(value: unknown): value is Fields {
  if (!isFields(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every(key => addressOf(key) !== null && isFields(value[key]));
}

/**
 * The first Nester's own: hosts by address, with counts in place of ports. Its franchise is the name of the file, its date
 * the time of the file.
 */
export function readShapeB(file: Fields, name: string): Draft {
  const missing = new Missing();
  const hosts: ReportedHost[] = [];
  const franchises = new Set<string>();
  const inName = franchiseInName(name);
  if (inName !== null) franchises.add(inName);
  const means: number[] = [];
  let version: string | null = null;
  let guesses = 0;
  let devices = 0;
  // Before each of them is read: nobody else has a turn meanwhile.
  const entries = Object.entries(file);
  if (entries.length > mostHosts) throw new Unreadable('too_many_hosts', { most: mostHosts });
  for (const [key, value] of entries) {
    const host = value as Fields;
    const scan = field(host, 'scan');
    const open = isFields(scan) ? countOf(field(scan, 'ports_ouverts')) : null;
    const closed = isFields(scan) ? countOf(field(scan, 'ports_fermes')) : null;
    const summary = isFields(scan) ? textOf(field(scan, 'synthese'), 150) : null;
    // Patriots_H1 is the first host of the Patriots.
    const hostId = textOf(field(host, 'hostid'), 100);
    const franchise = hostId && /^(.*\S)[_\s-]+H\d+$/iu.exec(hostId)?.[1];
    if (franchise && franchises.size < 8) franchises.add(franchise);
    const match = field(host, 'osmatch');
    const system = textOf(isFields(match) ? field(match, 'name') : match, 200);
    if (system !== null) guesses++;
    const written = field(host, 'latence_wan');
    const meanMs = msOf(written, 'guess');
    if (meanMs !== null) means.push(meanMs);
    else if (typeof written === 'string') missing.add('wan', `the file says: ${textOf(written, 100) ?? 'not reached'}`);
    version ??= textOf(field(host, 'version_composant'), 40);
    devices = Math.max(devices, countOf(field(host, 'equipements_detectes')) ?? 0);
    hosts.push({
      // An open port, or a closed one, is an answer; the file itself does not say who answered.
      ...bareHost(addressOf(key)!, (open ?? 0) + (closed ?? 0) > 0 ? 'up' : 'unknown'),
      hostname: nameOf(field(host, 'hostname')),
      os: system === null ? null : { name: system, accuracy: 0 },
    });
    if (open !== null || closed !== null)
      missing.add(
        'ports',
        `${key}: ${open ?? '?'} open and ${closed ?? '?'} closed are counted, not named${summary ? ` (${summary})` : ''}`,
      );
  }
  if (devices > hosts.length) missing.add('hosts', `devices counted: ${devices}, named: ${hosts.length}`);
  if (guesses > 0) missing.add('os', 'how sure the guesses are is not said');
  means.sort((a, b) => a - b);
  const wan = means.length === 0 ? [] : [meanWan(unnamedTarget, means[means.length >> 1]!, missing)];
  const only = hosts.length === 1 ? hosts[0]! : undefined;
  return {
    shape: 'B',
    franchises: [...franchises],
    probeId: null,
    reportId: null,
    moments: [],
    tookMs: null,
    body: bodyOf({
      scanner: 'nmap',
      version,
      hosts,
      wan,
      missing,
      ...(only ? { machine: { name: only.hostname ?? '', addresses: [only.address] } } : {}),
    }),
  };
}

/** nmap's list of names, or a plain one. */
function nameOf(value: unknown): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  return textOf(isFields(first) ? field(first, 'name') : first, 255);
}
