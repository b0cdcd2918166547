import type { Report } from '@aerie/contract/reports';

interface Product {
  product: string;
  version: string;
}

/** What is known of one host: its open ports with what runs there, and its system. */
export interface HostFacts {
  ports: Map<number, Product>;
  os: string | undefined;
}
export type Facts = Map<string, HostFacts>;

/** The open ports of a report. */
export function factsOfReport({ hosts }: Report): Facts {
  const open = (host: Report['hosts'][number]) => host.ports.filter(({ state, protocol }) => state === 'open' && protocol === 'tcp');
  return new Map(
    hosts
      .filter(({ status }) => status !== 'down')
      .map(host => [
        host.address,
        {
          ports: new Map(open(host).map(({ port, product, version }) => [port, { product: product ?? '', version: version ?? '' }])),
          os: host.os?.name,
        },
      ]),
  );
}

/** The same of nmap's XML, read without Aerie's own reader, which is part of what is measured. */
export function factsOfNmap(xml: string): Facts {
  const facts: Facts = new Map();
  for (const [, host = ''] of xml.matchAll(/<host\b[^>]*>(.*?)<\/host>/gs)) {
    const address = /<address addr="([^"]+)" addrtype="ipv4"/.exec(host)?.[1];
    if (address === undefined || /<status state="down"/.test(host)) continue;
    const ports = new Map<number, Product>();
    for (const [, port, inside = ''] of host.matchAll(/<port protocol="tcp" portid="(\d+)">(.*?)<\/port>/gs)) {
      if (!/<state state="open"/.test(inside)) continue;
      const service = /<service\b[^>]*>/.exec(inside)?.[0] ?? '';
      ports.set(Number(port), { product: attribute(service, 'product'), version: attribute(service, 'version') });
    }
    facts.set(address, { ports, os: attribute(/<osmatch\b[^>]*>/.exec(host)?.[0] ?? '', 'name') || undefined });
  }
  return facts;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function attribute(element: string, name: string): string {
  const text = new RegExp(`\\b${name}="([^"]*)"`).exec(element)?.[1] ?? '';
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, word?: string) => {
    if (word !== undefined) return entities[word] ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal));
  });
}

export interface Counts {
  openPorts: number;
  products: number;
  versions: number;
  systems: number;
}

/** How much is known. */
export function countsOf(facts: Facts): Counts {
  const hosts = [...facts.values()];
  const services = hosts.flatMap(({ ports }) => [...ports.values()]);
  return {
    openPorts: services.length,
    products: services.filter(({ product }) => product !== '').length,
    versions: services.filter(({ version }) => version !== '').length,
    systems: hosts.filter(({ os }) => os !== undefined).length,
  };
}

/** How many open ports are missing or made up. @param truth as `ADDRESS PORT` */
export function wrongPorts(facts: Facts, truth: ReadonlySet<string>): number {
  const found = new Set([...facts].flatMap(([address, { ports }]) => [...ports.keys()].map(port => `${address} ${port}`)));
  return [...found].filter(port => !truth.has(port)).length + [...truth].filter(port => !found.has(port)).length;
}

/**
 * What `theirs` knows and `ours` does not, or otherwise, in words, host by host of `theirs`. An operating system is a guess from
 * a fingerprint: there, only that ours names none is a loss.
 */
export function differences(ours: Facts, theirs: Facts): string[] {
  return [...theirs].flatMap(([address, their]) => {
    const our = ours.get(address) ?? { ports: new Map<number, Product>(), os: undefined };
    const numbers = [...new Set([...our.ports.keys(), ...their.ports.keys()])].sort((a, b) => a - b);
    const ports = numbers.flatMap(port => {
      const [a, b] = [our.ports.get(port), their.ports.get(port)];
      if (!a || !b) return [`${address}: port ${port} is open for ${a ? 'ours' : 'theirs'} only`];
      const fields = (['product', 'version'] as const).filter(field => a[field] !== b[field]);
      return fields.map(field => `${address}:${port}: ${field} ${JSON.stringify(a[field])}, theirs ${JSON.stringify(b[field])}`);
    });
    return their.os !== undefined && our.os === undefined ? [...ports, `${address}: no system, theirs ${JSON.stringify(their.os)}`] : ports;
  });
}
