import type { CommandOutput } from '@aerie/contract';
import type { DeviceRecord } from './device-book.ts';
import { deviceName } from './device-book.ts';

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
  const { row } = record;
  if (query.mac !== null && macsOf(record).some(mac => mac.includes(query.mac!))) return query.mac.length === 12 ? 5 : 3;
  if (query.words.length === 0 || !query.words.every(word => record.words!.includes(word))) return 0;
  const names = [row.label, row.hostname, row.address].map(name => name?.toLowerCase() ?? '');
  if (names.includes(query.text)) return 5;
  if (names.some(name => name !== '' && name.startsWith(query.text))) return 4;
  return names.some(name => name.includes(query.text)) ? 3 : 1;
}

/** Those that fit best, then those that are up, then by name; at most `limit`. */
export class BestFits<T extends { record: DeviceRecord }> {
  readonly #limit: number;
  #best: { fit: number; found: T }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(fit: number, found: T): void {
    this.#best.push({ fit, found });
    // So that a query that fits all of 50,000 devices sorts few at a time.
    if (this.#best.length >= this.#limit * 8) this.#trim();
  }

  all(): T[] {
    this.#trim();
    return this.#best.map(({ found }) => found);
  }

  #trim(): void {
    this.#best.sort(
      (a, b) =>
        b.fit - a.fit ||
        Number(b.found.record.row.status === 'up') - Number(a.found.record.row.status === 'up') ||
        deviceName(a.found.record.row).localeCompare(deviceName(b.found.record.row), 'en', { numeric: true }),
    );
    this.#best.length = Math.min(this.#best.length, this.#limit);
  }
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

function wordsOf({ row, ports, aliases }: DeviceRecord): string {
  const words: (string | number | null)[] = [row.label, row.hostname, row.address, row.vendor, row.os];
  for (const alias of aliases) words.push(alias.label, alias.hostname);
  for (const { state, service, product, version, port } of ports.values())
    if (state === 'open') words.push(service, product, version, port);
  return words
    .filter(word => word !== null)
    .join('\n')
    .toLowerCase();
}

function macsOf({ row, aliases }: DeviceRecord): string[] {
  return [row, ...aliases].flatMap(({ mac }) => (mac === null ? [] : [mac.replaceAll(':', '')]));
}
