import type { Certificate, ReportedPort } from '@aerie/contract';
import type { DevicePortTable } from '../store/schema.ts';
import type { Change } from './device-changes.ts';

const udp = 65_536;

/** What tells a port of a device, as one number. */
export function portKey({ protocol, port }: Pick<ReportedPort, 'protocol' | 'port'>): number {
  return protocol === 'udp' ? port + udp : port;
}

/** What a report says of the ports of one device. */
export interface PortSighting {
  deviceId: string;
  reported: readonly ReportedPort[];
  /** The ports that were looked at, such as `22,80,8000-8100`. */
  scanned: string;
  /** Those of the time before; null: never. A port that nobody looked at was not closed. */
  scannedBefore: string | null;
  at: number;
}

export interface ComparedPorts {
  ports: ReadonlyMap<number, DevicePortTable>;
  changed: DevicePortTable[];
  changes: Change[];
}

const nothing: ReadonlyMap<number, DevicePortTable> = new Map();

/** Compares the ports of one device that is up. A port that was open, was looked at and is not named any more is closed. */
export function comparePorts(known: ReadonlyMap<number, DevicePortTable> = nothing, seen: PortSighting): ComparedPorts {
  const { deviceId, reported, at } = seen;
  let changed: Map<number, DevicePortTable> | undefined;
  const changes: Change[] = [];
  let named = 0;
  for (const port of reported) {
    const key = portKey(port);
    const before = known.get(key);
    if (before?.state === 'open') named++;
    if (before && isSame(before, port)) continue;
    const row = nextRow(deviceId, before, port, at);
    changed ??= new Map();
    // Named twice: the first counts.
    if (changed.has(key)) continue;
    changed.set(key, row);
    tellPort(changes, before, row, seen);
  }
  if (named < openCount(known)) {
    const names = new Set(reported.map(portKey));
    let isScanned: ((port: number) => boolean) | undefined;
    for (const [key, before] of known) {
      if (before.state !== 'open' || key >= udp || names.has(key)) continue;
      isScanned ??= portTest(seen.scanned);
      if (!isScanned(before.port)) continue;
      changed ??= new Map();
      const row: DevicePortTable = { ...before, state: 'closed' };
      changed.set(key, row);
      tellPort(changes, before, row, seen);
    }
  }
  if (!changed) return { ports: known, changed: [], changes };
  return { ports: new Map([...known, ...changed]), changed: [...changed.values()], changes };
}

/** What a port offers, as a cell of a table shows it. */
export function serviceText({ service, product, version }: Pick<DevicePortTable, 'service' | 'product' | 'version'>): string | null {
  return [product ?? service, version].filter(part => part !== null).join(' ') || null;
}

export function certificateText({ subject, notAfter }: Certificate): string {
  return `${subject || '?'} → ${new Date(notAfter).toISOString().slice(0, 10)}`;
}

/** A test for being among ports and ranges of ports; what cannot be read holds none. */
export function portTest(scanned: string): (port: number) => boolean {
  const spans = scanned.split(',').map(piece => {
    const [from, to = from] = piece.split('-').map(Number);
    return [from!, to!] as const;
  });
  return port => spans.some(([from, to]) => port >= from && port <= to);
}

/** What could not be seen this time stays as it was known. */
function isSame(before: DevicePortTable, port: ReportedPort): boolean {
  return (
    before.state === port.state &&
    (port.service === null || port.service === before.service) &&
    (port.product === null || port.product === before.product) &&
    (port.version === null || port.version === before.version) &&
    (port.title === undefined || port.title === before.title) &&
    (port.tls === undefined || tlsText(port.tls) === before.tls)
  );
}

function nextRow(deviceId: string, before: DevicePortTable | undefined, port: ReportedPort, at: number): DevicePortTable {
  return {
    device_id: deviceId,
    protocol: port.protocol,
    port: port.port,
    state: port.state,
    service: port.service ?? before?.service ?? null,
    product: port.product ?? before?.product ?? null,
    version: port.version ?? before?.version ?? null,
    first_seen_at: before?.first_seen_at ?? at,
    last_seen_at: at,
    tls: port.tls ? tlsText(port.tls) : (before?.tls ?? null),
    title: port.title ?? before?.title ?? null,
  };
}

function tellPort(changes: Change[], before: DevicePortTable | undefined, row: DevicePortTable, seen: PortSighting): void {
  const { port, protocol } = row;
  const isOpen = row.state === 'open';
  if (isOpen !== (before?.state === 'open')) {
    // Of UDP no report says which ports were looked at: what was never named was not looked at.
    const wasLookedAt = before !== undefined || (protocol === 'tcp' && seen.scannedBefore !== null && portTest(seen.scannedBefore)(port));
    if (!isOpen) changes.push({ kind: 'port_closed', port, protocol, before: serviceText(before!), after: null });
    else if (wasLookedAt) changes.push({ kind: 'port_opened', port, protocol, before: null, after: serviceText(row) });
  } else if (isOpen && before) {
    const [was, is] = [serviceText(before), serviceText(row)];
    if (was !== is && was !== null && !isRefined(before, row)) changes.push({ kind: 'service', port, protocol, before: was, after: is });
  }
  if (!isOpen || row.tls === null || row.tls === (before?.tls ?? null)) return;
  const certificate = JSON.parse(row.tls) as Certificate;
  const was = before?.tls ? certificateText(JSON.parse(before.tls) as Certificate) : null;
  const after = certificateText(certificate);
  // Seen for the first time, it need not be new.
  changes.push({ kind: 'certificate', port, protocol, before: was, after, notAfter: certificate.notAfter, isQuiet: was === null });
}

/** More is known of the same service than before: nothing changed there. */
function isRefined(before: DevicePortTable, row: DevicePortTable): boolean {
  return (['service', 'product', 'version'] as const).every(field => before[field] === null || before[field] === row[field]);
}

/** In one order of fields: texts are compared. */
function tlsText({ subject, issuer, notAfter }: Certificate): string {
  return JSON.stringify({ subject, issuer, notAfter });
}

function openCount(known: ReadonlyMap<number, DevicePortTable>): number {
  let count = 0;
  for (const { state } of known.values()) if (state === 'open') count++;
  return count;
}
