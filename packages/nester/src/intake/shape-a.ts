import type { ReportedHost, ReportedPort } from '@aerie/contract';
import { bareHost, bodyOf, type Draft, Missing, meanWan, portsText } from './draft.ts';
import { Unreadable } from './reasons.ts';
import { addressOf, type Fields, field, isFields, msOf, portOf, portStateOf, statusOf, textOf } from './values.ts';

const mostPorts = 4_096;
/** After so many, others have their turn. */
const hostsPerTurn = 500;
const mostMoments = 5_000;

export function isShapeA(value: unknown): value is Fields {
  return isFields(value) && isFields(value.meta) && Array.isArray(value.results);
}

/** The first Harvester's own: `{meta, results, summary}`. Host ids are new in every run and tell nothing. */
export async function readShapeA(file: Fields, pause: () => Promise<void>): Promise<Draft> {
  const meta = file.meta as Fields;
  const results = file.results as unknown[];
  const missing = new Missing();
  const hosts: ReportedHost[] = [];
  const moments: unknown[] = [field(meta, 'generated_at')];
  let nameless = 0;
  let seen = 0;
  let byTcp = 0;
  let listsOpenOnly = false;
  const looked: Set<number>[] = [];
  for (const result of results) {
    if (++seen % hostsPerTurn === 0) await pause();
    const address = isFields(result) ? addressOf(field(result, 'host', 'ip')) : null;
    if (!isFields(result) || address === null) {
      nameless++;
      continue;
    }
    const ports = portsOf(result);
    const isTcp = /tcp fallback/i.test(String(field(result, 'scan_summary') ?? ''));
    if (isTcp) byTcp++;
    if (ports.some(({ state }) => state !== 'open')) looked.push(new Set(ports.map(({ port }) => port)));
    else listsOpenOnly = true;
    if (moments.length < mostMoments) moments.push(field(result, 'checked_at'));
    const system = textOf(field(result, 'os'), 200);
    hosts.push({
      ...bareHost(address, statusOf(field(result, 'status'))),
      hostname: textOf(field(result, 'hostname'), 255),
      rttMs: msOf(field(result, 'avg_rtt_ms')),
      // It does not tell how sure it is.
      os: system === null ? null : { name: system, accuracy: 0 },
      ports,
    });
  }
  if (hosts.length === 0 && nameless > 0) throw new Unreadable('no_addresses');
  if (nameless > 0) missing.add('hosts', `hosts without an address: ${nameless}`);
  missing.add('mac', 'this kind of file has none');
  if (byTcp > 0) missing.add('services', `hosts looked at by TCP connections only, without versions and systems: ${byTcp}`);
  if (hosts.some(({ os }) => os !== null)) missing.add('os', 'how sure the guesses are is not said');
  // Every port is named with its state, or only the open ones are; then nobody knows which were looked at.
  const common = listsOpenOnly || looked.length === 0 ? [] : [...looked[0]!].filter(port => looked.every(set => set.has(port)));
  if (common.length === 0 && hosts.length > 0) missing.add('ports', 'which ports were looked at is not said: only open ones are listed');
  const target = textOf(field(meta, 'wan_probe'), 255);
  const meanMs = msOf(field(meta, 'wan_avg_rtt_ms'));
  const wan = target !== null && meanMs !== null ? [meanWan(target, meanMs, missing)] : [];
  if (wan.length === 0) missing.add('wan', 'it was not measured');
  return {
    shape: 'A',
    franchises: [],
    probeId: null,
    reportId: null,
    moments: moments.filter(moment => typeof moment === 'string' || typeof moment === 'number'),
    tookMs: null,
    body: bodyOf({
      scanner: byTcp > 0 && byTcp === hosts.length ? 'tcp' : 'nmap',
      version: textOf(field(meta, 'tool_version'), 40),
      hosts,
      wan,
      missing,
      ports: portsText(common, 2_000).text,
    }),
  };
}

/** Products and versions stand beside the ports, or in a list of their own. */
function portsOf(result: Fields): ReportedPort[] {
  const versions = new Map<number, Fields>();
  const services = field(result, 'service_versions');
  if (Array.isArray(services)) {
    for (const service of services.slice(0, mostPorts)) {
      const port = isFields(service) ? portOf(field(service, 'port')) : null;
      if (port !== null) versions.set(port, service as Fields);
    }
  }
  const ports = new Map<number, ReportedPort>();
  const listed = field(result, 'ports');
  for (const one of Array.isArray(listed) ? listed.slice(0, mostPorts) : []) {
    const port = isFields(one) ? portOf(field(one, 'port')) : null;
    const state = isFields(one) ? portStateOf(field(one, 'state')) : null;
    if (port === null || state === null) continue;
    const more = versions.get(port) ?? {};
    ports.set(port, {
      port,
      protocol: 'tcp',
      state,
      service: textOf(field(one as Fields, 'service', 'name') ?? field(more, 'service', 'name'), 100),
      product: textOf(field(one as Fields, 'product') ?? field(more, 'product'), 200),
      version: textOf(field(one as Fields, 'version') ?? field(more, 'version'), 100),
    });
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}
