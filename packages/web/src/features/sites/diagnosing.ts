import type { CommandInput, DiagnosticRequest } from '@aerie/contract';
import type { SiteDetail } from './queries.ts';

export type DiagnosticInput = CommandInput<'diagnostic.start'>['request'];

/** What a form for a diagnostic holds, whatever kind is chosen. */
export interface Typed {
  host: string;
  port: string;
  type: (typeof recordTypes)[number];
  url: string;
  range: string;
}

export const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'] as const;

/** The request that was typed; undefined while something is missing. The server looks at the rest. */
export function requestOf(kind: DiagnosticRequest['do'], { host, port, type, url, range }: Typed): DiagnosticInput | undefined {
  const place = host.trim();
  switch (kind) {
    case 'scan':
      return { do: 'scan', ...(range === '' ? {} : { targets: [range] }) };
    case 'ping':
    case 'traceroute':
      return place === '' ? undefined : { do: kind, host: place };
    case 'dns':
      return place === '' ? undefined : { do: 'dns', name: place, type };
    case 'tcp': {
      const number = Number(port);
      return place === '' || !(Number.isInteger(number) && number >= 1 && number <= 65_535)
        ? undefined
        : { do: 'tcp', host: place, port: number };
    }
    case 'http':
      return /^https?:\/\/[^\s/]/i.test(url.trim()) ? { do: 'http', url: url.trim() } : undefined;
  }
}

/** What one would type for it. */
export function requestText(request: DiagnosticRequest): string {
  switch (request.do) {
    case 'scan':
      return (request.targets ?? []).join(' ');
    case 'dns':
      return `${request.name} ${request.type}`;
    case 'tcp':
      return `${request.host} ${request.port}`;
    case 'http':
      return request.url;
    default:
      return request.host;
  }
}

/** What may be chosen instead of typed: the site's devices by their names, and the targets of its policy. */
export function offeredHosts({ devices, policy }: Pick<SiteDetail, 'devices' | 'policy'>): { value: string; label: string }[] {
  const own = devices.map(({ address, hostname }) => ({ value: address, label: hostname ?? '' }));
  const targets = [...policy.wanTargets, ...policy.providerTargets, ...policy.dnsNames].map(value => ({ value, label: '' }));
  return [...new Map([...own, ...targets].map(one => [one.value, one])).values()].slice(0, 200);
}
