import type { Device, Report, ReportedHost } from '@aerie/contract';
import type { DeviceChangeTable, DevicePortTable, DeviceTable } from '../store/schema.ts';
import { insideOf, isLastingMac } from './addresses.ts';
import { type DeviceBook, type DeviceRecord, newRecord } from './device-book.ts';
import { type Change, changeRow } from './device-changes.ts';
import { type Match, matchHosts, profileOf, profileOfRecord } from './device-matching.ts';
import { likeness, nameKey } from './likeness.ts';
import { frozenRow } from './merging.ts';
import { type ComparedPorts, comparePorts, portKey } from './ports.ts';

/** A device of which nothing changed is written this often, for the sake of when it was last seen. */
const seenEveryMs = 600_000;

const none: never[] = [];

/** A device with what a report changes in it. */
export interface ChangedDevice {
  row: DeviceTable;
  ports: ReadonlyMap<number, DevicePortTable>;
  changes: Change[];
}

/** What a report changes. Nothing of it is in the book until `apply` is called. */
export interface DeviceChanges {
  /** New ones, and those that are told by something else from now on. */
  devices: DeviceTable[];
  /** Others of which something is written. */
  seen: DeviceTable[];
  ports: DevicePortTable[];
  /** Of devices to which something happened. */
  changed: ChangedDevice[];
  history: DeviceChangeTable[];
  up: number;
  known: number;
  apply(): void;
}

/**
 * Compares what a report says with what is known. What could not be seen this time (a name, a maker) stays as it was known.
 * @param at when the scan ended, by our clock
 */
export function compareHosts(book: DeviceBook, report: Report, at: number, siteId: string, newId: () => string): DeviceChanges {
  const devices: DeviceTable[] = [];
  const seen: DeviceTable[] = [];
  const ports: DevicePortTable[] = [];
  const changed: ChangedDevice[] = [];
  const history: DeviceChangeTable[] = [];
  const applied: (() => void)[] = [];
  let { up, size: known } = book;

  const matches = matchHosts(book, report);
  const told = matches.reduce((count, { record }) => count + Number(record !== undefined), 0);
  /** Those that are spoken of; mostly all are, and nobody asks. */
  let taken: Set<DeviceRecord> | undefined;
  for (const match of matches) take(match);
  if ((taken?.size ?? told) < book.size) takeAbsent();
  return {
    devices,
    seen,
    ports,
    changed,
    history,
    up,
    known,
    apply() {
      for (const one of applied) one();
    },
  };

  function takenNow(): Set<DeviceRecord> {
    taken ??= new Set(matches.flatMap(({ record }) => record ?? []));
    return taken;
  }

  function take(match: Match): void {
    const { record } = match;
    if (record && record.checkedAt >= at) return;
    const host = match.hosts.length === 1 ? match.hosts[0]! : joined(match.hosts);
    // A sweep looks only who is there: it opens and closes no port.
    const saysPorts = host.status === 'up' && report.kind !== 'sweep';
    if (!record) addNew(match, host, saysPorts);
    else {
      const before = record.row;
      const compared = saysPorts ? portsNow(record, host) : undefined;
      const isAsItWas =
        isSame(before, host, match.mac) &&
        (match.confidence ?? before.confidence) === before.confidence &&
        (!saysPorts || (compared!.changed.length === 0 && before.scanned_ports === report.ports));
      if (isAsItWas) keepSeen(record, host, compared);
      else change(record, match, host, compared);
    }
  }

  /** What was just compared need not be compared again: most reports say the same as the one before. */
  function portsNow({ row, ports, told }: DeviceRecord, { ports: reported }: ReportedHost): ComparedPorts {
    if (told?.reported === reported && told.scanned === report.ports && told.ports === ports)
      return { ports, changed: none, changes: none };
    return comparePorts(ports, { deviceId: row.device_id, reported, scanned: report.ports, scannedBefore: row.scanned_ports, at });
  }

  function rememberTold(record: DeviceRecord, { ports: reported }: ReportedHost, { ports }: ComparedPorts): void {
    const { told } = record;
    const scanned = report.ports;
    if (told?.reported !== reported || told.scanned !== scanned || told.ports !== ports) record.told = { reported, scanned, ports };
  }

  function addNew(match: Match, host: ReportedHost, saysPorts: boolean): void {
    const row = newRow(newId(), siteId, match.mac, at);
    const compared = saysPorts
      ? comparePorts(undefined, { deviceId: row.device_id, reported: host.ports, scanned: report.ports, scannedBefore: null, at })
      : undefined;
    describe(row, host);
    if (compared) row.scanned_ports = report.ports;
    row.confidence = match.confidence!;
    const record = newRecord(row, compared?.ports ?? new Map(), at);
    const changes: Change[] = [{ kind: 'first_seen', before: null, after: row.address }, ...(compared?.changes ?? [])];
    devices.push(row);
    write(row, record.ports, compared, changes);
    known++;
    up++;
    applied.push(() => book.add(record));
  }

  function change(record: DeviceRecord, match: Match, host: ReportedHost, compared: ComparedPorts | undefined): void {
    const before = record.row;
    const row = { ...before, identity: match.mac === null ? before.identity : `mac:${match.mac}` };
    describe(row, host);
    if (host.status === 'up') row.last_seen_at = at;
    if (compared) row.scanned_ports = report.ports;
    row.confidence = match.confidence ?? confidenceAt(record, host, report);
    move(record, row, compared, changesOf(record, row), host);
    if (match.mac !== null && row.address !== before.address) supersede(record, row, before.last_seen_at);
  }

  /** Nothing changed but when it was seen, and how fast it answered. */
  function keepSeen(record: DeviceRecord, host: ReportedHost, compared: ComparedPorts | undefined): void {
    const { status, rttMs } = host;
    const isUp = status === 'up';
    const isDue = isUp && at - record.writtenSeenAt >= seenEveryMs;
    if (isDue) seen.push({ ...record.row, rtt_ms: rttMs, last_seen_at: at });
    applied.push(() => {
      record.checkedAt = at;
      record.row.rtt_ms = rttMs;
      if (isUp) record.row.last_seen_at = at;
      if (isDue) record.writtenSeenAt = at;
      if (compared) rememberTold(record, host, compared);
    });
  }

  function move(record: DeviceRecord, row: DeviceTable, compared: ComparedPorts | undefined, own: Change[], host?: ReportedHost): void {
    const before = record.row;
    const isWritten = differs(before, row) || row.last_seen_at - record.writtenSeenAt >= seenEveryMs;
    const changes = compared ? [...own, ...compared.changes] : own;
    if (isWritten) (row.identity === before.identity ? seen : devices).push(row);
    write(row, compared?.ports ?? record.ports, compared, changes);
    up += Number(row.status === 'up') - Number(before.status === 'up');
    applied.push(() => {
      book.change(record, row);
      record.checkedAt = at;
      if (row.status !== 'unknown') record.isGone = row.status === 'down';
      if (compared) record.ports = compared.ports;
      if (compared && host) rememberTold(record, host, compared);
      if (isWritten) record.writtenSeenAt = row.last_seen_at;
    });
  }

  function write(
    row: DeviceTable,
    allPorts: ReadonlyMap<number, DevicePortTable>,
    compared: ComparedPorts | undefined,
    changes: Change[],
  ): void {
    if (compared) for (const port of compared.changed) ports.push(port);
    if (changes.length === 0) return;
    changed.push({ row, ports: allPorts, changes });
    for (const one of changes) if (!one.isQuiet) history.push(changeRow(row, one, at));
  }

  /**
   * What was known only as being where this device is now, and came up after it was last seen, was this device: a scan that
   * cannot see hardware addresses had found it there.
   */
  function supersede(record: DeviceRecord, row: DeviceTable, lastSeenAt: number): void {
    for (const nameless of book.at(row.address)) {
      const { row: was } = nameless;
      const isIt =
        !takenNow().has(nameless) &&
        was.mac === null &&
        nameKey(was.hostname) === null &&
        was.label === null &&
        was.notes === '' &&
        was.first_seen_at > lastSeenAt &&
        nameless.checkedAt < at;
      if (!isIt) continue;
      takenNow().add(nameless);
      const took = { byHand: false, ports: [], label: false, notes: false, firstSeenAt: null };
      const frozen = frozenRow(nameless, row.device_id, at, took);
      devices.push(frozen);
      history.push(changeRow(row, { kind: 'merged', before: was.address, after: null }, at));
      known--;
      if (was.status === 'up') up--;
      applied.push(() => {
        book.drop(nameless);
        book.adopt(record, [...record.aliases, ...nameless.aliases, frozen]);
      });
    }
  }

  /** Devices of the scanned ranges that the report does not speak of. Only nmap's discovery shows that one is not there. */
  function takeAbsent(): void {
    const status = report.scanner === 'nmap' && !report.missing.some(({ fact }) => fact === 'hosts') ? 'down' : 'unknown';
    let isScanned: ((address: string) => boolean) | undefined;
    for (const record of book.all()) {
      if (takenNow().has(record) || record.checkedAt >= at) continue;
      isScanned ??= insideOf(report.targets);
      if (!isScanned(record.row.address)) continue;
      if (record.row.status === status) applied.push(() => (record.checkedAt = at));
      else {
        const row: DeviceTable = { ...record.row, status, rtt_ms: null };
        move(record, row, undefined, changesOf(record, row));
      }
    }
  }
}

/** Several hosts that are one device: the first that is up speaks for it, and it has the ports of all. */
function joined(hosts: readonly ReportedHost[]): ReportedHost {
  const first = hosts.find(({ status }) => status === 'up') ?? hosts[0]!;
  const ports = new Map<number, ReportedHost['ports'][number]>();
  for (const host of [first, ...hosts])
    for (const port of host.ports) {
      const known = ports.get(portKey(port));
      if (!known || (known.state !== 'open' && port.state === 'open')) ports.set(portKey(port), port);
    }
  return { ...first, ports: [...ports.values()] };
}

function isSame(row: DeviceTable, host: ReportedHost, mac: string | null): boolean {
  return (
    row.status === host.status &&
    row.address === host.address &&
    (host.hostname === null || host.hostname === row.hostname) &&
    (row.identity.startsWith('mac:') || (mac === null && (host.mac === null || host.mac === row.mac))) &&
    (host.vendor === null || host.vendor === row.vendor) &&
    (host.os === null || (host.os.name === row.os && host.os.accuracy === row.os_accuracy)) &&
    (host.deepAt === undefined || host.deepAt === row.deep_at)
  );
}

function describe(row: DeviceTable, host: ReportedHost): void {
  row.address = host.address;
  row.hostname = host.hostname ?? row.hostname;
  // Seen by another of its interfaces, it keeps the one that tells it.
  if (row.identity.startsWith('mac:')) row.mac = row.identity.slice(4);
  else row.mac = host.mac ?? row.mac;
  row.random_mac = row.mac === null || isLastingMac(row.mac) ? 0 : 1;
  row.vendor = host.vendor ?? row.vendor;
  if (host.os) {
    row.os = host.os.name;
    row.os_accuracy = host.os.accuracy;
  }
  row.deep_at = host.deepAt ?? row.deep_at;
  row.status = host.status;
  row.rtt_ms = host.rttMs;
}

/** Where nothing was seen of what tells it, what is known of it stays as likely as it was. */
function confidenceAt(record: DeviceRecord, host: ReportedHost, report: Report): number {
  const { row } = record;
  if (row.identity.startsWith('mac:')) return row.confidence;
  const score = likeness(profileOfRecord(record), profileOf(host, report));
  return host.hostname === null || report.kind === 'sweep' ? Math.max(row.confidence, score) : score;
}

function changesOf({ row: before, isGone }: DeviceRecord, row: DeviceTable): Change[] {
  const changes: Change[] = [];
  if (row.status === 'down' && !isGone) changes.push({ kind: 'gone', before: null, after: null });
  // One of which it was only unknown whether it is there did not come back; but perhaps somebody was told before a restart.
  if (row.status === 'up' && before.status !== 'up') changes.push({ kind: 'back', before: null, after: null, isQuiet: !isGone });
  for (const kind of ['address', 'hostname', 'mac', 'os'] as const)
    if (row[kind] !== before[kind] && (kind !== 'os' || before.os !== null)) changes.push({ kind, before: before[kind], after: row[kind] });
  return changes;
}

function differs(a: DeviceTable, b: DeviceTable): boolean {
  for (const column of compared) if (a[column] !== b[column]) return true;
  return false;
}

const compared = [
  'identity',
  'address',
  'hostname',
  'mac',
  'random_mac',
  'vendor',
  'os',
  'os_accuracy',
  'status',
  'first_seen_at',
  'confidence',
  'deep_at',
  'scanned_ports',
] as const satisfies (keyof DeviceTable)[];

function newRow(deviceId: string, siteId: string, mac: string | null, at: number): DeviceTable {
  return {
    device_id: deviceId,
    site_id: siteId,
    identity: mac === null ? `device:${deviceId}` : `mac:${mac}`,
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
    scanned_ports: null,
    merged_into: null,
    merged_at: null,
    merge_detail: null,
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
    identity: row.identity.startsWith('mac:') ? 'mac' : nameKey(row.hostname) !== null || ports.length > 0 ? 'likeness' : 'address',
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
