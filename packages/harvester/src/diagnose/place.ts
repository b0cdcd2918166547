import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Policy } from '@aerie/contract/reports';
import { isTarget, mayTouch } from '../policy.ts';
import { defaultGateways } from '../wan/gateway.ts';
import { parseTarget } from '../wan/targets.ts';
import { Refusal } from './outcome.ts';

/** An address that was checked: from here on it is used, and never the name again. */
export interface Place {
  readonly address: string;
  readonly family: 4 | 6;
}

/** What a check of a host needs of the machine; tests give their own. */
export interface Surroundings {
  lookup(name: string): Promise<{ address: string }[]>;
  gateways(): string[];
}

export const thisPlace: Surroundings = {
  lookup: name => systemLookup(name, { all: true }),
  gateways: defaultGateways,
};

/**
 * The address of a host that the policy lets this probe reach: in its ranges, or one that it names as a target, and in no case
 * an excluded one. A name is looked up once, and what it means is checked, so that no name leads elsewhere.
 * @throws Refusal
 */
export async function placeOf(host: string, policy: Policy, signal: AbortSignal, around: Surroundings = thisPlace): Promise<Place> {
  const addresses = isIP(host) ? [host] : await addressesOf(host, signal, around);
  const named = targetHosts(policy, around);
  const byName = named.has(host.toLowerCase());
  const address = addresses.find(one => mayTouch(policy, one) || ((byName || named.has(one)) && !isExcluded(policy, one)));
  if (address === undefined) throw new Refusal('not_allowed', { what: isIP(host) ? host : `${host} (${addresses[0]})` });
  return { address, family: isIP(address) === 6 ? 6 : 4 };
}

async function addressesOf(name: string, signal: AbortSignal, { lookup }: Surroundings): Promise<string[]> {
  if (parseTarget(name)?.host !== name) throw new Refusal('no_such_name', { name });
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const found = await Promise.race([lookup(name).catch(() => []), ended.promise]);
    const addresses = found.map(({ address }) => address).filter(address => isIP(address) !== 0);
    if (addresses.length === 0) throw new Refusal('no_such_name', { name });
    return addresses;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Hosts that the policy names besides its ranges. */
function targetHosts(policy: Policy, { gateways }: Surroundings): ReadonlySet<string> {
  const targets = [...policy.wanTargets, ...policy.providerTargets, ...policy.dnsNames].flatMap(text => parseTarget(text)?.host ?? []);
  const fetched = policy.httpChecks.flatMap(url => (URL.canParse(url) ? [new URL(url).hostname.replace(/^\[|\]$/g, '')] : []));
  return new Set([...targets, ...fetched, ...(policy.gateway === 'auto' ? gateways() : [])].map(host => host.toLowerCase()));
}

/** What cannot be read excludes everything. */
function isExcluded({ exclude }: Policy, address: string): boolean {
  return !exclude.every(isTarget) || !mayTouch({ ranges: ['0.0.0.0/0', '::/0'], exclude }, address);
}
