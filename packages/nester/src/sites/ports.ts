import type { ReportedPort } from '@aerie/contract';
import type { DevicePortTable } from '../store/schema.ts';

const udp = 65_536;

/** What tells a port of a device, as one number. */
export function portKey({ protocol, port }: Pick<ReportedPort, 'protocol' | 'port'>): number {
  return protocol === 'udp' ? port + udp : port;
}

/**
 * Compares the ports of one device that is up. A port that was open, was looked at and is not named any more is closed.
 * @param scanned the ports that were looked at, such as `22,80,8000-8100`
 */
export function comparePorts(
  deviceId: string,
  known: ReadonlyMap<number, DevicePortTable> | undefined,
  reported: readonly ReportedPort[],
  scanned: string,
  at: number,
): { ports: ReadonlyMap<number, DevicePortTable>; changed: DevicePortTable[] } {
  const changed = new Map<number, DevicePortTable>();
  const named = new Set<number>();
  for (const port of reported) {
    const key = portKey(port);
    const before = known?.get(key);
    named.add(key);
    // What could not be seen this time stays as it was known.
    const service = port.service ?? before?.service ?? null;
    const product = port.product ?? before?.product ?? null;
    const version = port.version ?? before?.version ?? null;
    const isSame = before?.state === port.state && before.service === service && before.product === product && before.version === version;
    if (isSame) continue;
    const first = before?.first_seen_at ?? at;
    const { protocol, port: number, state } = port;
    const row: DevicePortTable = {
      device_id: deviceId,
      protocol,
      port: number,
      state,
      service,
      product,
      version,
      first_seen_at: first,
      last_seen_at: at,
      tls: before?.tls ?? null,
      title: before?.title ?? null,
    };
    changed.set(key, row);
  }
  let isScanned: ((port: number) => boolean) | undefined;
  for (const [key, before] of known ?? []) {
    if (before.state !== 'open' || key >= udp || named.has(key)) continue;
    isScanned ??= portTest(scanned);
    if (isScanned(before.port)) changed.set(key, { ...before, state: 'closed' });
  }
  if (changed.size === 0) return { ports: known ?? new Map(), changed: [] };
  return { ports: new Map([...(known ?? []), ...changed]), changed: [...changed.values()] };
}

/** A test for being among ports and ranges of ports; what cannot be read holds none. */
function portTest(scanned: string): (port: number) => boolean {
  const spans = scanned.split(',').map(piece => {
    const [from, to = from] = piece.split('-').map(Number);
    return [from!, to!] as const;
  });
  return port => spans.some(([from, to]) => port >= from && port <= to);
}
