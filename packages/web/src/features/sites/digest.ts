import type { Device, Probe, Report } from '@aerie/contract';
import type { SiteDetail } from './queries.ts';

/** What the ports of a site's devices come to. */
export interface PortDigest {
  open: number;
  closed: number;
  filtered: number;
  /** What is offered, and on how many devices; the most frequent first. */
  services: { name: string; devices: number }[];
}

/** Sums up the ports of the devices that are not down. */
export function portDigest(devices: readonly Pick<Device, 'status' | 'ports'>[]): PortDigest {
  const counts = { open: 0, closed: 0, filtered: 0 };
  const offered = new Map<string, number>();
  for (const { status, ports } of devices) {
    if (status === 'down') continue;
    const own = new Set<string>();
    for (const { state, service, port, protocol } of ports) {
      counts[state]++;
      if (state === 'open') own.add(service ? service.toUpperCase() : `${port}/${protocol}`);
    }
    for (const name of own) offered.set(name, (offered.get(name) ?? 0) + 1);
  }
  const services = [...offered].map(([name, count]) => ({ name, devices: count }));
  return { ...counts, services: services.sort((a, b) => b.devices - a.devices || (a.name < b.name ? -1 : 1)) };
}

/** The mean of the medians of the last day; undefined where nothing was measured. */
export function meanLatency(series: SiteDetail['series']): number | undefined {
  const measured = series.flatMap(({ medianMs }) => (medianMs === null ? [] : [medianMs]));
  return measured.length === 0 ? undefined : measured.reduce((sum, ms) => sum + ms, 0) / measured.length;
}

/** The machine on which a probe runs, as far as it is known: from its last report, else from where it connects. */
export interface Machine {
  name: string;
  addresses: readonly string[];
  os: string | null;
}

/** Brings together what the probe, its last report and the device list say of the probe's own machine. */
export function machineOf(probe: Probe, report: Report | undefined, devices: readonly Device[]): Machine {
  const own = report?.probeId === probe.probeId ? report.machine : undefined;
  const addresses = own?.addresses.length ? own.addresses : [probe.address];
  const isIt = (device: Device) => addresses.includes(device.address);
  return { name: own?.name || probe.name, addresses, os: devices.find(device => isIt(device) && device.os !== null)?.os ?? null };
}
