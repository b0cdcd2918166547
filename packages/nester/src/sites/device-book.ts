import type { ReportedHost, ReportedPort } from '@aerie/contract';
import type { DevicePortTable, DeviceTable } from '../store/schema.ts';
import { isLastingMac } from './addresses.ts';
import { nameKey } from './likeness.ts';
import { portKey } from './ports.ts';

/** A device as it stands in the store, and what is only in memory. */
export interface DeviceRecord {
  row: DeviceTable;
  ports: ReadonlyMap<number, DevicePortTable>;
  /** What was said last of its ports, and what `ports` were after that: said again, it changes nothing. */
  told: { reported: readonly ReportedPort[]; scanned: string; ports: ReadonlyMap<number, DevicePortTable> } | undefined;
  /** The end of the scan that `row` comes from: an older one changes nothing. */
  checkedAt: number;
  /** `last_seen_at` as the store has it. */
  writtenSeenAt: number;
  /** What it is known by besides: devices that people said are this one. */
  aliases: readonly DeviceTable[];
  /** It was seen to be gone, and not since. */
  isGone: boolean;
  /** All that a search looks at; made when it is searched for. */
  words: { text: string; macs: string } | undefined;
}

/** A host and the device that it was told to be. */
export interface LastMatches {
  /** Of the book: a match holds as long as that. */
  changes: number;
  hosts: readonly ReportedHost[];
  /** In the same order: each is one host's, and none of them rests on likeness. */
  matches: readonly { record: DeviceRecord; confidence: number | undefined; mac: string | null }[];
}

type Index = Map<string, DeviceRecord[]>;
const none: readonly DeviceRecord[] = [];

/** The devices of one site, in memory. */
export class DeviceBook {
  readonly #byId = new Map<string, DeviceRecord>();
  readonly #byMac: Index = new Map();
  readonly #byAddress: Index = new Map();
  readonly #byName: Index = new Map();
  readonly #aliasMacs: Index = new Map();
  readonly #aliasAddresses: Index = new Map();
  /** How many devices are up. */
  up = 0;
  /** Grows whenever a device may be told by something else than before. */
  changes = 0;
  /** How the hosts of a report were told last; for those who match them. */
  lastMatches: LastMatches | undefined;
  /** By probe (empty: files), the ranges that its newest report looked at. */
  readonly lookedAt = new Map<string, readonly string[]>();

  /**
   * @param devices those that are merged into others too
   * @param checkedAt the newest report that these rows may come from
   */
  constructor(devices: readonly DeviceTable[], ports: readonly DevicePortTable[], checkedAt: number) {
    const merged = new Map(devices.filter(row => row.merged_into !== null).map(row => [row.device_id, row]));
    const aliases = new Map<string, DeviceTable[]>();
    for (const row of merged.values()) {
      const root = rootOf(row, merged);
      aliases.set(root, [...(aliases.get(root) ?? []), row]);
    }
    const portsOf = new Map<string, Map<number, DevicePortTable>>(devices.map(row => [row.device_id, new Map()]));
    for (const port of ports) portsOf.get(port.device_id)?.set(portKey(port), port);
    for (const row of devices)
      if (row.merged_into === null)
        this.add({ ...newRecord(row, portsOf.get(row.device_id)!, checkedAt), aliases: aliases.get(row.device_id) ?? [] });
  }

  /** How many devices there are. */
  get size(): number {
    return this.#byId.size;
  }

  get(deviceId: string): DeviceRecord | undefined {
    return this.#byId.get(deviceId);
  }

  all(): IterableIterator<DeviceRecord> {
    return this.#byId.values();
  }

  /** The device of that hardware address: its own, or one that it is known by besides. */
  byMac(mac: string): DeviceRecord | undefined {
    return this.#byMac.get(mac)?.[0] ?? this.#aliasMacs.get(mac)?.[0];
  }

  /** Devices that were at an address when they were last looked at. */
  at(address: string): readonly DeviceRecord[] {
    return this.#byAddress.get(address) ?? none;
  }

  /** A device of which people said that it is what is at an address, too. */
  aliasAt(address: string): DeviceRecord | undefined {
    return this.#aliasAddresses.get(address)?.[0];
  }

  /** Devices of that name. */
  named(name: string): readonly DeviceRecord[] {
    return this.#byName.get(name) ?? none;
  }

  add(record: DeviceRecord): void {
    this.changes++;
    this.#byId.set(record.row.device_id, record);
    if (record.row.status === 'up') this.up++;
    for (const [index, key] of this.#keysOf(record)) addTo(index, key, record);
  }

  drop(record: DeviceRecord): void {
    if (!this.#byId.delete(record.row.device_id)) return;
    this.changes++;
    if (record.row.status === 'up') this.up--;
    for (const [index, key] of this.#keysOf(record)) removeFrom(index, key, record);
  }

  /** Gives a device another row, by which it is found from now on. */
  change(record: DeviceRecord, row: DeviceTable): void {
    const before = record.row;
    record.words = undefined;
    const isFoundAlike =
      before.address === row.address && before.hostname === row.hostname && before.mac === row.mac && before.identity === row.identity;
    if (isFoundAlike) {
      if ((before.status === 'up') !== (row.status === 'up')) this.up += row.status === 'up' ? 1 : -1;
      record.row = row;
      return;
    }
    this.drop(record);
    record.row = row;
    this.add(record);
  }

  /** Gives a device what it is known by besides. */
  adopt(record: DeviceRecord, aliases: readonly DeviceTable[]): void {
    this.drop(record);
    record.aliases = aliases;
    this.add(record);
  }

  *#keysOf({ row, aliases }: DeviceRecord): Generator<[Index, string]> {
    if (row.identity.startsWith('mac:')) yield [this.#byMac, row.identity.slice(4)];
    else if (row.mac !== null && !isLastingMac(row.mac)) yield [this.#byMac, row.mac];
    yield [this.#byAddress, row.address];
    const names = new Set([row, ...aliases].map(({ hostname }) => nameKey(hostname)));
    for (const name of names) if (name !== null) yield [this.#byName, name];
    for (const alias of aliases) {
      if (alias.mac !== null) yield [this.#aliasMacs, alias.mac];
      if (keptMerge(alias)?.byHand) yield [this.#aliasAddresses, alias.address];
    }
  }
}

/** What a device took from one that was merged into it, to be given back when they are told apart again. */
export interface Merge {
  /** False: it was found out by a report. */
  byHand: boolean;
  /** Of the merged one: what made it itself. */
  identity: string;
  /** Keys of ports. */
  ports: number[];
  label: boolean;
  notes: boolean;
  firstSeenAt: number | null;
}

export function keptMerge({ merge_detail }: DeviceTable): Merge | undefined {
  return merge_detail === null ? undefined : (JSON.parse(merge_detail) as Merge);
}

export function newRecord(row: DeviceTable, ports: ReadonlyMap<number, DevicePortTable>, checkedAt: number): DeviceRecord {
  const [isGone, writtenSeenAt] = [row.status === 'down', row.last_seen_at];
  return { row, ports, told: undefined, checkedAt, writtenSeenAt, aliases: [], isGone, words: undefined };
}

/** What a device is called: by people, by itself, or by where it is. */
export function deviceName({ label, hostname, address }: DeviceTable): string {
  return label ?? hostname ?? address;
}

function rootOf(row: DeviceTable, merged: ReadonlyMap<string, DeviceTable>): string {
  let into = row.merged_into!;
  for (let next = merged.get(into); next; next = merged.get(into)) into = next.merged_into!;
  return into;
}

function addTo(index: Index, key: string, record: DeviceRecord): void {
  const list = index.get(key);
  if (list) list.push(record);
  else index.set(key, [record]);
}

function removeFrom(index: Index, key: string, record: DeviceRecord): void {
  const left = index.get(key)?.filter(one => one !== record) ?? [];
  if (left.length > 0) index.set(key, left);
  else index.delete(key);
}
