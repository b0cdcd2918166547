import type { CommandOutput } from '@aerie/contract';
import { type DeviceRecord, deviceName } from './device-book.ts';

type Brief = Omit<CommandOutput<'device.show'>['alike'][number], 'confidence'>;

/** What of a query a device is held against. */
export interface Query {
  /** As typed, in small letters. */
  text: string;
  /** The words of it: all must be there. */
  words: readonly string[];
  /** The digits of a hardware address, without what people put between them; null: it is none. */
  mac: string | null;
}

export function queryOf(typed: string): Query {
  const text = typed.trim().toLowerCase();
  const digits = text.replace(/[\s:.-]/g, '');
  const words = text.split(/\s+/).filter(word => word !== '');
  // A short number is a port or a piece of an address.
  const isMac = /^[0-9a-f]{4,12}$/.test(digits) && (/[a-f:-]/.test(text) || digits.length >= 6);
  return { text, words, mac: isMac ? digits : null };
}

/** How well a device fits a query: 0 not at all; more is better. */
export function fitness(record: DeviceRecord, query: Query): number {
  record.words ??= wordsOf(record);
  const { row, words } = record;
  if (query.mac !== null && words.macs.includes(query.mac)) return query.mac.length === 12 ? 5 : 3;
  if (query.words.length === 0 || !query.words.every(word => words.text.includes(word))) return 0;
  const called = [row.label, row.hostname, row.address].map(name => name?.toLowerCase() ?? '');
  if (called.includes(query.text)) return 5;
  if (called.some(name => name !== '' && name.startsWith(query.text))) return 4;
  return called.some(name => name.includes(query.text)) ? 3 : 1;
}

const names = new Intl.Collator('en', { numeric: true });

/** Those that fit best, then those that are up, then by name; at most `limit`. */
export class BestFits<T extends { record: DeviceRecord }> {
  readonly #limit: number;
  /** The best first. */
  readonly #best: { fit: number; found: T }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Of a query that fits all of 50,000 devices most are left out after one look. */
  add(fit: number, found: T): void {
    const one = { fit, found };
    if (this.#best.length === this.#limit && byFit(this.#best.at(-1)!, one) <= 0) return;
    const at = this.#best.findIndex(other => byFit(other, one) > 0);
    this.#best.splice(at === -1 ? this.#best.length : at, 0, one);
    if (this.#best.length > this.#limit) this.#best.pop();
  }

  all(): T[] {
    return this.#best.map(({ found }) => found);
  }
}

interface Fit {
  fit: number;
  found: { record: DeviceRecord };
}

function byFit(a: Fit, b: Fit): number {
  const [one, other] = [a.found.record.row, b.found.record.row];
  return b.fit - a.fit || Number(other.status === 'up') - Number(one.status === 'up') || names.compare(deviceName(one), deviceName(other));
}

export function briefOf({ row }: DeviceRecord, isKnown: boolean): Brief {
  return {
    deviceId: row.device_id,
    label: row.label,
    address: row.address,
    hostname: row.hostname,
    mac: row.mac,
    vendor: row.vendor,
    status: isKnown ? row.status : 'unknown',
    lastSeenAt: row.last_seen_at,
  };
}

function wordsOf({ row, ports, aliases }: DeviceRecord): { text: string; macs: string } {
  const words: (string | number | null)[] = [row.label, row.hostname, row.address, row.vendor, row.os];
  for (const alias of aliases) words.push(alias.label, alias.hostname);
  for (const { state, service, product, version, port } of ports.values())
    if (state === 'open') words.push(service, product, version, port);
  const text = words.filter(word => word !== null).join('\n');
  const macs = [row, ...aliases].map(({ mac }) => mac?.replaceAll(':', '') ?? '').join(' ');
  return { text: text.toLowerCase(), macs };
}
