import type { ReportedHost, ReportedPort } from '@aerie/contract/reports';
import { XMLParser } from 'fast-xml-parser';
import ipaddr from 'ipaddr.js';
import { bareHost, barePort, clean } from './findings.ts';
import { parsePorts } from './ports.ts';

const mostHosts = 4_096;
const mostPorts = 4_096;

/** An element: attributes are texts, children lists of elements, as the parser is told below. */
type Element = Record<string, unknown>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  // No entity of the document's own is ever expanded; the five of XML itself are, below.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
  // Output of scripts is long and not ours.
  stopNodes: ['*.script', '*.hostscript'],
});

/** The document is no output of nmap, or not a whole one. */
export class BadNmapOutput extends Error {}

/**
 * The hosts in what `nmap -oX -` printed. Missing parts are missing facts, never a failure; every text in it comes from
 * the network and is cleaned and cut.
 * @throws BadNmapOutput
 */
export function hostsInNmapXml(xml: string): ReportedHost[] {
  let run: Element | undefined;
  try {
    run = children(parser.parse(xml) as Element, 'nmaprun')[0];
  } catch {
    throw new BadNmapOutput('nmap printed something that is not XML');
  }
  if (!run) throw new BadNmapOutput('nmap printed no result');
  if (children(children(run, 'runstats')[0], 'finished').length === 0) throw new BadNmapOutput('nmap ended before it was done');
  const hosts = new Map<string, ReportedHost>();
  for (const element of children(run, 'host')) {
    if (hosts.size >= mostHosts) break;
    const host = hostOf(element);
    if (host && !hosts.has(host.address)) hosts.set(host.address, host);
  }
  return [...hosts.values()];
}

function hostOf(element: Element): ReportedHost | undefined {
  const addresses = children(element, 'address');
  const ip = addresses.find(one => attribute(one, 'addrtype') !== 'mac');
  const address = ip && attribute(ip, 'addr');
  if (!address || !ipaddr.isValid(address) || address.includes('%')) return undefined;
  // A host that took too long was not asked all ports: that it names none does not close them.
  const state = attribute(element, 'timedout') === 'true' ? 'unknown' : attribute(children(element, 'status')[0], 'state');
  const host = bareHost(address, state === 'up' || state === 'down' ? state : 'unknown', portsOf(children(element, 'ports')[0]));
  const mac = addresses.find(one => attribute(one, 'addrtype') === 'mac');
  const macText = mac && attribute(mac, 'addr')?.toLowerCase();
  if (macText && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(macText)) {
    host.mac = macText;
    host.vendor = clean(attribute(mac, 'vendor'), 200);
  }
  const srtt = Number(attribute(children(element, 'times')[0], 'srtt'));
  if (srtt > 0 && srtt < 86_400_000_000) host.rttMs = srtt / 1_000;
  host.os = osOf(children(element, 'os')[0]);
  return host;
}

function osOf(element: Element | undefined): ReportedHost['os'] {
  const best = children(element, 'osmatch')
    .map(match => ({ name: clean(attribute(match, 'name'), 200), accuracy: Number(attribute(match, 'accuracy')) }))
    .filter(({ name, accuracy }) => name !== null && Number.isInteger(accuracy) && accuracy >= 0 && accuracy <= 100)
    .sort((a, b) => b.accuracy - a.accuracy)[0];
  return best ? { name: best.name!, accuracy: best.accuracy } : null;
}

function portsOf(element: Element | undefined): ReportedPort[] {
  const ports = new Map<string, ReportedPort>();
  const add = (port: ReportedPort) => {
    if (ports.size < mostPorts) ports.set(`${port.protocol}/${port.port}`, port);
  };
  for (const one of children(element, 'port')) {
    const number = Number(attribute(one, 'portid'));
    const protocol = attribute(one, 'protocol');
    const state = stateOf(attribute(children(one, 'state')[0], 'state'));
    if (!Number.isInteger(number) || number < 1 || number > 65_535 || !state || (protocol !== 'tcp' && protocol !== 'udp')) continue;
    const service = children(one, 'service')[0];
    add({
      port: number,
      protocol,
      state,
      service: clean(attribute(service, 'name'), 100),
      product: clean(attribute(service, 'product'), 200),
      version: clean(attribute(service, 'version'), 100),
    });
  }
  // Many ports in the same state stand together: <extraports><extrareasons proto="tcp" ports="1-21,23"/>.
  for (const extra of children(element, 'extraports')) {
    const state = stateOf(attribute(extra, 'state'));
    if (!state) continue;
    for (const reason of children(extra, 'extrareasons')) {
      if (attribute(reason, 'proto') !== 'tcp') continue;
      for (const port of parsePorts(attribute(reason, 'ports') ?? '') ?? []) if (!ports.has(`tcp/${port}`)) add(barePort(port, state));
    }
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

/** nmap's `open|filtered` and `unfiltered` say that it does not know: those are left out. */
function stateOf(text: string | undefined): ReportedPort['state'] | undefined {
  return text === 'open' || text === 'closed' || text === 'filtered' ? text : undefined;
}

function children(element: Element | undefined, name: string): Element[] {
  const list = element && Object.hasOwn(element, name) ? element[name] : undefined;
  return Array.isArray(list) ? list.filter(one => typeof one === 'object' && one !== null) : [];
}

function attribute(element: Element | undefined, name: string): string | undefined {
  const value = element && Object.hasOwn(element, `@${name}`) ? element[`@${name}`] : undefined;
  return typeof value === 'string' ? decoded(value) : undefined;
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** One pass, so that nothing that comes out of it is read again. */
function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name) return named[name.toLowerCase()]!;
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
