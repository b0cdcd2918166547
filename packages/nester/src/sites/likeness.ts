import type { DevicePortTable } from '../store/schema.ts';

/** What speaks for two sightings being one device where no lasting hardware address does. */
export interface Profile {
  address: string;
  hostname: string | null;
  /** Keys of its open ports; undefined when nobody looked. */
  open: ReadonlySet<number> | undefined;
}

const weights = { name: 0.45, ports: 0.3, address: 0.25 };
/** Likeness is never certain: two machines of one image look the same. */
const most = 0.95;
/** From this on, what has another address now is taken for the same device. */
export const alikeFrom = 0.55;
/** From this on, people are asked whether two devices are one. */
export const alikeShownFrom = 0.5;
/** Of two candidates that are as near as this, none is the one. */
export const tooNear = 0.1;

/**
 * How likely two sightings are one device, 0 to 1: by its name, its open ports and its address. What is not known of
 * either speaks neither for nor against.
 */
export function likeness(a: Profile, b: Profile): number {
  const name = agreement(nameKey(a.hostname), nameKey(b.hostname));
  const address = a.address === b.address ? 1 : 0;
  const score = weights.name * name + weights.ports * overlap(a.open, b.open) + weights.address * address;
  return Math.round(score * most * 100) / 100;
}

/** True when neither the name nor the ports of what is at an address are those of what was there: it is something else. */
export function isSomethingElse(a: Profile, b: Profile): boolean {
  return agreement(nameKey(a.hostname), nameKey(b.hostname)) === 0 && overlap(a.open, b.open) < 0.5;
}

/** A host name as it is compared; null when it says nothing. */
export function nameKey(hostname: string | null): string | null {
  if (hostname === null) return null;
  const name = hostname.toLowerCase().replace(/\.+$/, '');
  return name === '' || name === 'localhost' ? null : name;
}

/** The keys of the ports that are open. */
export function openOf(ports: ReadonlyMap<number, DevicePortTable>): Set<number> {
  const open = new Set<number>();
  for (const [key, { state }] of ports) if (state === 'open') open.add(key);
  return open;
}

function agreement(a: string | null, b: string | null): number {
  return a === null || b === null ? 0.5 : a === b ? 1 : 0;
}

function overlap(a: ReadonlySet<number> | undefined, b: ReadonlySet<number> | undefined): number {
  if (!a || !b || (a.size === 0 && b.size === 0)) return 0.5;
  let both = 0;
  for (const key of a) if (b.has(key)) both++;
  return both / (a.size + b.size - both);
}
