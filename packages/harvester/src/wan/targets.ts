import { isIP } from 'node:net';
import type { Policy, WanResult } from '@aerie/contract/reports';

/** What of a policy says where the WAN is measured. */
export type WanPlan = Pick<Policy, 'gateway' | 'providerTargets' | 'wanTargets' | 'dnsNames' | 'httpChecks'>;

/** Most targets of one report. */
const mostTargets = 16;

export interface Target {
  host: string;
  /** Given when the target names a port: then a TCP connection is asked for. */
  port?: number;
}

/** A target as the policy writes it, and what it stands for. */
export interface NamedTarget {
  readonly target: string;
  readonly role: NonNullable<WanResult['role']>;
}

/** From the near to the far: the site's router, its provider, what is beyond. Each target once, as the nearest that it is. */
export function targetsOf(plan: WanPlan, gateways: readonly string[]): NamedTarget[] {
  const all: NamedTarget[] = [
    ...(plan.gateway === 'auto' ? gateways : []).map(target => ({ target, role: 'gateway' as const })),
    ...plan.providerTargets.map(target => ({ target, role: 'provider' as const })),
    ...plan.wanTargets.map(target => ({ target, role: 'internet' as const })),
  ];
  return all.filter(({ target }, i) => all.findIndex(one => one.target === target) === i).slice(0, mostTargets);
}

/** `192.0.2.1`, `example.org`, `example.org:443`, `[2001:db8::1]:443`; never anything that a program could take for an option. */
export function parseTarget(text: string): Target | undefined {
  // A link-local router has the name of the interface behind it.
  if (/^fe80:[0-9a-f:]+%[a-z0-9._-]{1,15}$/i.test(text)) return { host: text };
  const [, inBrackets, plain, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]]+?))(?::(\d{1,5}))?$/.exec(isIP(text) === 6 ? `[${text}]` : text) ?? [];
  const host = inBrackets ?? plain;
  if (host === undefined) return undefined;
  if (inBrackets !== undefined ? isIP(host) !== 6 : !/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(host)) return undefined;
  if (port === undefined) return { host };
  return Number(port) >= 1 && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}
