import type { ReportedHost, ReportedPort } from '@aerie/contract';
import ipaddr from 'ipaddr.js';
import { insideOf } from '../sites/addresses.ts';
import { bareHost, bodyOf, type Draft, Missing, meanWan } from './draft.ts';
import { Unreadable } from './reasons.ts';
import {
  addressOf,
  countOf,
  type Fields,
  field,
  isFields,
  isRandomMac,
  macOf,
  msOf,
  portOf,
  portStateOf,
  statusOf,
  textOf,
} from './values.ts';

const mostPorts = 4_096;
/** After so many, others have their turn. */
const hostsPerTurn = 500;
const mostTookMs = 86_400_000;

export function isShapeC(value: unknown): value is Fields {
  return (
    isFields(value) &&
    Array.isArray(value.hosts) &&
    field(value, 'timestamp') !== null &&
    field(value, 'franchise_id', 'franchise_name', 'scan_id') !== null
  );
}

/** The richest of the older ones: a franchise, a subnet, hosts with hardware addresses, systems and services. */
export async function readShapeC(file: Fields, pause: () => Promise<void>): Promise<Draft> {
  const missing = new Missing();
  const network = textOf(field(file, 'network'), 64);
  const targets = network !== null && ipaddr.isValidCIDR(network) ? [network] : [];
  const isInside = insideOf(targets);
  const hosts: ReportedHost[] = [];
  let nameless = 0;
  let seen = 0;
  let outside = 0;
  for (const value of file.hosts as unknown[]) {
    if (++seen % hostsPerTurn === 0) await pause();
    const address = isFields(value) ? addressOf(field(value, 'ip', 'host', 'address')) : null;
    if (!isFields(value) || address === null) {
      nameless++;
      continue;
    }
    if (targets.length > 0 && !isInside(address)) outside++;
    const mac = macOf(field(value, 'mac_address', 'mac'));
    hosts.push({
      ...bareHost(address, statusOf(field(value, 'state', 'status'))),
      hostname: textOf(field(value, 'hostname'), 255),
      mac,
      ...(mac !== null && isRandomMac(mac) ? { randomMac: true } : {}),
      vendor: textOf(field(value, 'vendor'), 200),
      os: systemOf(field(value, 'os')),
      ports: portsOf(field(value, 'ports')),
    });
  }
  if (hosts.length === 0 && nameless > 0) throw new Unreadable('no_addresses');
  if (nameless > 0) missing.add('hosts', `hosts without an address: ${nameless}`);
  if (targets.length === 0) missing.add('hosts', 'which addresses were looked at is not said: nobody counts as absent');
  if (outside > 0) missing.add('hosts', `hosts outside ${network}: ${outside}`);
  missing.add('rtt', 'this kind of file has none');
  missing.add('ports', 'which ports were looked at is not said: only those listed are known');
  const meanMs = msOf(field(file, 'wan_latency_ms', 'wan_latency'));
  if (meanMs === null) missing.add('wan', textOf(field(file, 'wan_latency_ms', 'wan_latency'), 100) ?? 'it was not measured');
  const seconds = msOf(field(file, 'scan_duration_seconds'), 's');
  const names = [textOf(field(file, 'franchise_name'), 100), textOf(field(file, 'franchise_id'), 100)];
  const moment = field(file, 'timestamp');
  return {
    shape: 'C',
    franchises: names.filter(name => name !== null),
    probeId: null,
    reportId: null,
    moments: typeof moment === 'string' || typeof moment === 'number' ? [moment] : [],
    tookMs: seconds !== null && seconds <= mostTookMs ? seconds : null,
    body: bodyOf({
      scanner: 'nmap',
      version: textOf(field(file, 'harvester_version'), 40),
      hosts,
      wan: meanMs === null ? [] : [meanWan('WAN', meanMs, missing)],
      missing,
      targets,
    }),
  };
}

function systemOf(value: unknown): ReportedHost['os'] {
  const name = textOf(isFields(value) ? field(value, 'name') : value, 200);
  if (name === null) return null;
  const accuracy = isFields(value) ? countOf(field(value, 'accuracy')) : null;
  return { name, accuracy: accuracy !== null && accuracy <= 100 ? accuracy : 0 };
}

function portsOf(value: unknown): ReportedPort[] {
  const ports = new Map<string, ReportedPort>();
  for (const one of Array.isArray(value) ? value.slice(0, mostPorts) : []) {
    if (!isFields(one)) continue;
    const port = portOf(field(one, 'port'));
    const state = portStateOf(field(one, 'state'));
    if (port === null || state === null) continue;
    const protocol = field(one, 'protocol') === 'udp' ? 'udp' : 'tcp';
    ports.set(`${protocol}/${port}`, {
      port,
      protocol,
      state,
      service: textOf(field(one, 'service'), 100),
      product: textOf(field(one, 'product'), 200),
      version: textOf(field(one, 'version'), 100),
    });
  }
  return [...ports.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}
