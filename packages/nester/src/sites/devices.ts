import type { Device, Report, ReportedHost } from '@aerie/contract';
import type { DevicePortTable, DeviceTable } from '../store/schema.ts';
import { insideOf, isLastingMac } from './addresses.ts';
import { comparePorts, portKey } from './ports.ts';

/** A device of which nothing changed is written this often, for the sake of when it was last seen. */
const seenEveryMs = 600_000;

export interface DeviceRecord {
  row: DeviceTable;
  ports: ReadonlyMap<number, DevicePortTable>;
  /** The end of the scan that `row` comes from: an older one changes nothing. */
  checkedAt: number;
  /** `last_seen_at` as the store has it. */
  writtenSeenAt: number;
}

/** The devices of one site, in memory. */
export class DeviceBook {
  readonly #byId = new Map<string, DeviceRecord>();
  readonly #byIdentity = new Map<string, DeviceRecord>();

  /** @param checkedAt the newest report that these rows may come from */
  constructor(devices: readonly DeviceTable[], ports: readonly DevicePortTable[], checkedAt: number) {
    const portsOf = new Map<string, Map<number, DevicePortTable>>(devices.map(row => [row.device_id, new Map()]));
    for (const port of ports) portsOf.get(port.device_id)?.set(portKey(port), port);
    for (const row of devices) this.put({ row, ports: portsOf.get(row.device_id)!, checkedAt, writtenSeenAt: row.last_seen_at });
  }

  get(deviceId: string): DeviceRecord | undefined {
    return this.#byId.get(deviceId);
  }

  byIdentity(identity: string): DeviceRecord | undefined {
    return this.#byIdentity.get(identity);
  }

  all(): IterableIterator<DeviceRecord> {
    return this.#byId.values();
  }

  put(record: DeviceRecord): void {
    const before = this.#byId.get(record.row.device_id);
    if (before) this.#byIdentity.delete(before.row.identity);
    this.#byId.set(record.row.device_id, record);
    this.#byIdentity.set(record.row.identity, record);
  }

  drop({ row }: DeviceRecord): void {
    this.#byId.delete(row.device_id);
    if (this.#byIdentity.get(row.identity)?.row.device_id === row.device_id) this.#byIdentity.delete(row.identity);
  }
}

/** What a report changes. Nothing of it is in the book until `apply` is called. */
export interface DeviceChanges {
  devices: DeviceTable[];
  ports: DevicePortTable[];
  dropped: string[];
  up: number;
  known: number;
  apply(): void;
}

/**
 * Compares what a report says with what is known. A device is told again by the hardware address that its maker gave it,
 * otherwise by its address; one that was known by its address only becomes the one with the hardware address. What could
 * not be seen this time (a name, a maker) stays as it was known.
 * @param at when the scan ended, by our clock
 */
export function compareHosts(book: DeviceBook, report: Report, at: number, siteId: string, newId: () => string): DeviceChanges {
  const next = new Map<string, DeviceRecord>();
  const dropped = new Map<string, DeviceRecord>();
  const devices: DeviceTable[] = [];
  const ports: DevicePortTable[] = [];
  const owners = ownersOfMacs(book, report.hosts);
  const isOwner = (host: ReportedHost) => host.mac !== null && owners.get(host.mac) === host.address;
  const atAddress = lazyAddresses(book);

  // Those with a lasting hardware address first: they may have taken the address of another.
  for (const host of report.hosts) if (isOwner(host)) takeHost(host, `mac:${host.mac}`);
  for (const host of report.hosts) if (!isOwner(host)) takeHost(host, `address:${host.address}`);
  takeAbsent();

  return { devices, ports, dropped: [...dropped.keys()], ...count(), apply };

  function takeHost(host: ReportedHost, identity: string): void {
    const before = find(host, identity);
    if (!before && host.status !== 'up') return;
    if (before && before.checkedAt >= at) {
      next.set(before.row.device_id, before);
      return;
    }
    const row: DeviceTable = before
      ? { ...before.row, identity: identity.startsWith('mac:') ? identity : before.row.identity }
      : newRow(newId(), siteId, identity, at);
    row.address = host.address;
    row.hostname = host.hostname ?? row.hostname;
    row.mac = host.mac ?? row.mac;
    row.vendor = host.vendor ?? row.vendor;
    row.os = host.os?.name ?? row.os;
    row.status = host.status;
    row.rtt_ms = host.rttMs;
    if (host.status === 'up') row.last_seen_at = at;
    supersede(host, row);
    // A sweep looks only who is there: it opens and closes no port.
    const saysPorts = host.status === 'up' && report.kind !== 'sweep';
    keep(before, row, saysPorts ? comparePorts(row.device_id, before?.ports, host.ports, report.ports, at) : undefined);
  }

  function find(host: ReportedHost, identity: string): DeviceRecord | undefined {
    const known = book.byIdentity(identity);
    if (known && !next.has(known.row.device_id)) return known;
    if (known) return undefined;
    // Known by its address until now.
    if (identity.startsWith('mac:')) {
      const nameless = book.byIdentity(`address:${host.address}`);
      return nameless?.row.mac === null && !next.has(nameless.row.device_id) ? nameless : undefined;
    }
    if (host.mac !== null) return undefined;
    return atAddress(host.address).find(record => !next.has(record.row.device_id));
  }

  /** Whatever was known only as being at this address is this device. */
  function supersede(host: ReportedHost, row: DeviceTable): void {
    if (!row.identity.startsWith('mac:')) return;
    const nameless = book.byIdentity(`address:${host.address}`);
    if (!nameless || nameless.row.mac !== null || nameless.row.device_id === row.device_id || next.has(nameless.row.device_id)) return;
    row.first_seen_at = Math.min(row.first_seen_at, nameless.row.first_seen_at);
    dropped.set(nameless.row.device_id, nameless);
  }

  /** Devices of the scanned ranges that the report does not speak of. Only nmap's discovery shows that one is not there. */
  function takeAbsent(): void {
    const status = report.scanner === 'nmap' && !report.missing.some(({ fact }) => fact === 'hosts') ? 'down' : 'unknown';
    let isScanned: ((address: string) => boolean) | undefined;
    for (const record of book.all()) {
      if (next.has(record.row.device_id) || dropped.has(record.row.device_id) || record.checkedAt >= at) continue;
      isScanned ??= insideOf(report.targets);
      if (isScanned(record.row.address)) keep(record, { ...record.row, status, rtt_ms: null }, undefined);
    }
  }

  function keep(before: DeviceRecord | undefined, row: DeviceTable, compared: ReturnType<typeof comparePorts> | undefined): void {
    const isWritten = !before || differs(before.row, row) || row.last_seen_at - before.writtenSeenAt >= seenEveryMs;
    if (isWritten) devices.push(row);
    if (compared) ports.push(...compared.changed);
    next.set(row.device_id, {
      row,
      ports: compared?.ports ?? before?.ports ?? new Map(),
      checkedAt: at,
      writtenSeenAt: isWritten ? row.last_seen_at : before!.writtenSeenAt,
    });
  }

  function count(): { up: number; known: number } {
    let up = 0;
    let known = 0;
    const add = ({ row }: DeviceRecord) => {
      known++;
      if (row.status === 'up') up++;
    };
    for (const record of next.values()) add(record);
    for (const record of book.all()) if (!next.has(record.row.device_id) && !dropped.has(record.row.device_id)) add(record);
    return { up, known };
  }

  function apply(): void {
    for (const record of dropped.values()) book.drop(record);
    for (const record of next.values()) book.put(record);
  }
}

/** Of each lasting hardware address, the one address that it stands for: where it was, else the first that the report names. */
function ownersOfMacs(book: DeviceBook, hosts: readonly ReportedHost[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { mac, address } of hosts) {
    if (!isLastingMac(mac)) continue;
    if (!owners.has(mac) || book.byIdentity(`mac:${mac}`)?.row.address === address) owners.set(mac, address);
  }
  return owners;
}

/** Devices with a hardware address by where they were last, the one seen last first. */
function lazyAddresses(book: DeviceBook): (address: string) => readonly DeviceRecord[] {
  let index: Map<string, DeviceRecord[]> | undefined;
  return address => {
    if (!index) {
      index = new Map();
      for (const record of [...book.all()].sort((a, b) => b.row.last_seen_at - a.row.last_seen_at)) {
        const list = index.get(record.row.address);
        if (list) list.push(record);
        else index.set(record.row.address, [record]);
      }
    }
    return index.get(address)?.filter(({ row }) => row.identity.startsWith('mac:')) ?? [];
  };
}

function differs(a: DeviceTable, b: DeviceTable): boolean {
  return (
    a.identity !== b.identity ||
    a.address !== b.address ||
    a.hostname !== b.hostname ||
    a.mac !== b.mac ||
    a.vendor !== b.vendor ||
    a.os !== b.os ||
    a.status !== b.status ||
    a.first_seen_at !== b.first_seen_at
  );
}

function newRow(deviceId: string, siteId: string, identity: string, at: number): DeviceTable {
  return {
    device_id: deviceId,
    site_id: siteId,
    identity,
    address: '',
    hostname: null,
    mac: null,
    vendor: null,
    os: null,
    status: 'up',
    rtt_ms: null,
    first_seen_at: at,
    last_seen_at: at,
    label: null,
    notes: '',
    random_mac: 0,
    os_accuracy: null,
    confidence: 1,
    deep_at: null,
  };
}

/**
 * A device as pages show it.
 * @param isKnown false while nobody watches the site: then no device is said to be up or down
 */
export function deviceOf(row: DeviceTable, ports: readonly DevicePortTable[], isKnown: boolean): Device {
  return {
    deviceId: row.device_id,
    label: row.label,
    address: row.address,
    hostname: row.hostname,
    mac: row.mac,
    randomMac: row.random_mac === 1,
    vendor: row.vendor,
    os: row.os,
    osAccuracy: row.os_accuracy,
    status: isKnown ? row.status : 'unknown',
    rttMs: isKnown ? row.rtt_ms : null,
    identity: row.identity.startsWith('mac:') ? 'mac' : 'address',
    confidence: row.confidence,
    deepAt: row.deep_at,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    ports: ports
      .map(port => ({
        port: port.port,
        protocol: port.protocol,
        state: port.state,
        service: port.service,
        product: port.product,
        version: port.version,
        tls: port.tls === null ? null : JSON.parse(port.tls),
        title: port.title,
        firstSeenAt: port.first_seen_at,
        // An open port that is gone is closed by the next scan; until then it was seen when its device was.
        lastSeenAt: port.state === 'open' ? Math.max(port.last_seen_at, row.last_seen_at) : port.last_seen_at,
      }))
      .sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol)),
  };
}
