import { isIP } from 'node:net';
import type { DiagnosticRequest, Policy } from '@aerie/contract';
import ipaddr from 'ipaddr.js';
import { insideOf, plainSpelling } from '../sites/addresses.ts';

/**
 * What of a request the policy does not allow, to be named to whoever asks; undefined when nothing is seen against it. The
 * probe looks again: it alone knows what a name means at its place, and who its gateway is.
 */
export function notAllowed(policy: Policy, request: DiagnosticRequest): string | undefined {
  if (!policy.diagnostics.includes(request.do)) return request.do;
  switch (request.do) {
    case 'scan':
      return request.targets?.find(target => !isWithin(target, policy.ranges));
    case 'ping':
    case 'traceroute':
    case 'tcp':
      return mayReach(policy, request.host) ? undefined : request.host;
    case 'http': {
      const { hostname, username, password } = new URL(request.url);
      // A password in an address ends up in records.
      if (username !== '' || password !== '') return withoutPassword(request.url);
      return mayReach(policy, hostname.replace(/^\[|\]$/g, '')) ? undefined : hostname;
    }
    // The question goes to the probe's own name server, whatever it is about.
    case 'dns':
      return undefined;
  }
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

function mayReach(policy: Policy, host: string): boolean {
  if (isIP(host) === 0) return true;
  const address = plainSpelling(host);
  if (address === undefined || insideOf(policy.exclude)(address)) return false;
  return policy.gateway === 'auto' || insideOf(policy.ranges)(address) || targetHosts(policy).some(one => plainSpelling(one) === address);
}

/** The hosts that the policy names besides the ranges. */
function targetHosts({ wanTargets, providerTargets, dnsNames, httpChecks }: Policy): string[] {
  const named = [...wanTargets, ...providerTargets].map(target => (isIP(target) ? target : target.replace(/:\d+$/, '')));
  const fetched = httpChecks.flatMap(url => (URL.canParse(url) ? [new URL(url).hostname] : []));
  return [...named, ...dnsNames, ...fetched].map(host => host.replace(/^\[|\]$/g, ''));
}

/** Whether all of a CIDR, or an address, lies in one of the ranges. */
function isWithin(target: string, ranges: readonly string[]): boolean {
  const [network, bits] = blockOf(target) ?? [];
  if (!network || bits === undefined) return false;
  return ranges.some(range => {
    const [outer, outerBits] = blockOf(range) ?? [];
    return (
      outer !== undefined &&
      outerBits !== undefined &&
      outer.kind() === network.kind() &&
      outerBits <= bits &&
      network.match(outer, outerBits)
    );
  });
}

function blockOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  const written = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
  if (isIP(written.split('/')[0]!) === 0 || !ipaddr.isValidCIDR(written)) return undefined;
  return ipaddr.parseCIDR(written);
}
