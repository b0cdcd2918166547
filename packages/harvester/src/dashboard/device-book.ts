import type { DashboardDevice } from '@aerie/contract/dashboard';
import type { Report, ReportedHost } from '@aerie/contract/reports';

interface Entry extends DashboardDevice {
  /** When the facts of full scans were last told; a sweep says nothing of ports and systems. */
  fullAt: number;
}

/**
 * Every device that the reports tell of, with when it was first and last seen. A device is known by its MAC; one whose MAC is
 * not known, or is made anew for each network, by its address. Reports may come in any order.
 */
export class DeviceBook {
  readonly #byMac = new Map<string, Entry>();
  readonly #byAddress = new Map<string, Entry>();
  #lastFullAt = 0;
  #lastAt = 0;
  #up = new Set<Entry>();

  add(report: Report): void {
    const full = report.kind !== 'sweep';
    const seen = report.hosts.filter(({ status }) => status !== 'down').map(host => this.#see(host, report.finishedAt, full));
    if (full) this.#lastFullAt = Math.max(this.#lastFullAt, report.finishedAt);
    if (report.finishedAt >= this.#lastAt) {
      this.#lastAt = report.finishedAt;
      this.#up = new Set(seen.filter(({ status }) => status === 'up'));
    }
  }

  /** Those that are up first, then by when they were last seen. What the newest report does not tell of is down, or out of sight. */
  list(): DashboardDevice[] {
    return [...this.#all()]
      .map(({ fullAt: _, ...device }) => device)
      .sort(
        (a, b) => Number(b.status === 'up') - Number(a.status === 'up') || b.lastSeenAt - a.lastSeenAt || compare(a.address, b.address),
      );
  }

  get count(): { up: number; known: number } {
    return { up: this.#up.size, known: this.#all().size };
  }

  #all(): Set<Entry> {
    const all = new Set([...this.#byMac.values(), ...this.#byAddress.values()]);
    for (const entry of all) if (entry.lastSeenAt < this.#lastAt && entry.status === 'up') entry.status = 'unknown';
    return all;
  }

  #see(host: ReportedHost, at: number, full: boolean): Entry {
    const entry = this.#find(host) ?? fresh(host, at);
    entry.firstSeenAt = Math.min(entry.firstSeenAt, at);
    if (at >= entry.lastSeenAt) {
      entry.lastSeenAt = at;
      entry.address = host.address;
      entry.status = host.status;
      entry.rttMs = host.rttMs;
      entry.hostname = host.hostname ?? entry.hostname;
      entry.mac = host.mac ?? entry.mac;
      entry.vendor = host.vendor ?? entry.vendor;
      entry.randomMac = host.randomMac ?? entry.randomMac;
    }
    if (full && at >= entry.fullAt) {
      entry.fullAt = at;
      entry.os = host.os?.name ?? entry.os;
      entry.openPorts = host.ports
        .filter(({ state }) => state === 'open')
        .map(({ port, protocol, service }) => ({ port, protocol, service }));
    }
    const mac = lastingMac(host);
    if (mac) this.#byMac.set(mac, entry);
    this.#byAddress.set(host.address, entry);
    return entry;
  }

  #find(host: ReportedHost): Entry | undefined {
    const mac = lastingMac(host);
    const there = this.#byAddress.get(host.address);
    if (mac === null) return there;
    // The device of that address, of which no MAC was known until now.
    return this.#byMac.get(mac) ?? (there && (there.mac === null || there.mac === mac) ? there : undefined);
  }
}

function lastingMac({ mac, randomMac }: ReportedHost): string | null {
  return randomMac ? null : mac;
}

function fresh(host: ReportedHost, at: number): Entry {
  const { address, hostname, mac, vendor, randomMac = false, os, status, rttMs } = host;
  const seen = { firstSeenAt: at, lastSeenAt: at, fullAt: 0 };
  return { address, hostname, mac, vendor, randomMac, os: os?.name ?? null, status, rttMs, ...seen, openPorts: [] };
}

const collator = new Intl.Collator('en', { numeric: true });

/** 10.0.0.9 before 10.0.0.10. */
function compare(a: string, b: string): number {
  return collator.compare(a, b);
}
