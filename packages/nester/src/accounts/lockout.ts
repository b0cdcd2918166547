import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

interface Settings {
  failures: number;
  failuresPerAddress: number;
  failureSeconds: number;
}

interface Entry {
  /** Times of the last failures within the window, oldest first. */
  times: number[];
  /** How often it had to wait already; each time twice as long. */
  waits: number;
  until: number;
}

const firstWaitMs = 5_000;
const longestWaitMs = 15 * 60_000;

/**
 * Slows guessing down. Failures count for an account from an address, and for an address whatever the account; from a
 * number of failures within a window on, one has to wait, twice as long after each further failure.
 * Pure but for its memory: the caller says what time it is.
 */
export class Lockout {
  readonly #settings: Settings;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  /** @param capacity most counters kept; the ones that failed longest ago are forgotten first. */
  constructor(settings: Settings, capacity = 50_000) {
    this.#settings = settings;
    this.#capacity = capacity;
  }

  /** Seconds to wait before the next attempt; 0 when it may be made now. */
  waitSeconds(account: string, address: string, now: number): number {
    const until = Math.max(...keys(account, address).map(({ key }) => this.#fresh(key, now)?.until ?? 0));
    return Math.max(0, Math.ceil((until - now) / 1000));
  }

  failed(account: string, address: string, now: number): void {
    for (const { key, perAddress } of keys(account, address)) {
      const most = perAddress ? this.#settings.failuresPerAddress : this.#settings.failures;
      const entry = this.#fresh(key, now) ?? { times: [], waits: 0, until: 0 };
      entry.times = [...entry.times.filter(time => time > now - this.#windowMs), now].slice(-most);
      if (entry.waits > 0 || entry.times.length >= most) {
        entry.until = now + Math.min(firstWaitMs * 2 ** entry.waits, longestWaitMs);
        entry.waits += 1;
      }
      // Set anew, so that the map's order is the order of the last failures.
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break;
      this.#entries.delete(key);
    }
  }

  /** A right password clears the account from that address; the address as a whole keeps its count. */
  succeeded(account: string, address: string): void {
    this.#entries.delete(accountKey(account, address));
  }

  /** How many counters are kept. */
  get size(): number {
    return this.#entries.size;
  }

  get #windowMs(): number {
    return this.#settings.failureSeconds * 1000;
  }

  /** The entry, unless nothing failed for a whole window after its last wait: then it is forgotten. */
  #fresh(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    const ahead = (entry?.times.at(-1) ?? 0) - now;
    if (entry && ahead > 0) {
      // The clock was set back: nobody waits longer for that.
      entry.times = entry.times.map(time => time - ahead);
      entry.until -= ahead;
    }
    if (entry && now - Math.max(entry.until, entry.times.at(-1) ?? 0) < this.#windowMs) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}

function keys(account: string, address: string): { key: string; perAddress: boolean }[] {
  return [
    { key: accountKey(account, address), perAddress: false },
    { key: networkOf(address), perAddress: true },
  ];
}

/** No address holds a space, so that no name can imitate another pair. */
function accountKey(account: string, address: string): string {
  return `${address} ${account}`;
}

/** What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has. */
export function networkOf(address: string): string {
  if (isIPv4(address) || !isIPv6(address)) return address;
  const parsed = ipaddr.IPv6.parse(address.replace(/%.*$/, ''));
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${parsed.parts
    .slice(0, 4)
    .map(part => part.toString(16))
    .join(':')}::/64`;
}
