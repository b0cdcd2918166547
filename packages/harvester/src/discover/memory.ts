import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ReportedHost, type ReportedPort, report } from '@aerie/contract/reports';
import * as z from 'zod';
import { writeDurably } from '../files.ts';
import type { DeepLevel } from '../scan/findings.ts';

/** More devices than this, or a larger file, is no site: those seen longest ago are forgotten. */
const mostDevices = 8_192;
const mostPorts = 256;
const mostBytes = 64 * 1024 * 1024;
/** A device of which nothing changed but when it was seen is written this often. */
const seenEveryMs = 600_000;

const { mac, vendor, os, hostname, address, ports } = report.shape.hosts.element.shape;
const knownDevice = z.strictObject({
  address,
  mac,
  vendor,
  hostname,
  os,
  /** Its open ports, as the last deep look saw them. */
  ports,
  /** When its services and system were last looked at, and how well. */
  deepAt: z.number(),
  level: z.literal([0, 1, 2]),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
});
/** What a probe remembers of a device from one pass to the next. */
export type KnownDevice = z.infer<typeof knownDevice>;
const fileSchema = z.strictObject({ v: z.literal(1), devices: z.array(knownDevice) });

/** The devices of a site as this probe knows them, in `devices.json`: so that a pass looks closely only at what is new. */
export class DeviceMemory {
  readonly #file: string | undefined;
  readonly #byAddress = new Map<string, KnownDevice>();
  #written = '';
  #writtenAt = 0;

  /** @param folder the probe's; without it nothing is kept */
  constructor(folder?: string) {
    this.#file = folder === undefined ? undefined : join(folder, 'devices.json');
    for (const device of this.#read()) this.#byAddress.set(device.address, device);
    this.#written = this.#facts();
  }

  all(): KnownDevice[] {
    return [...this.#byAddress.values()];
  }

  /** Whether a host that answers now is new, has changed, was seen less well, or was not looked at for this long. */
  isDue(host: ReportedHost, level: DeepLevel, everyMs: number, now: number): boolean {
    const known = this.#knownAs(host);
    // A time to come: the clock was set back.
    if (!known || known.level < level || now - known.deepAt >= everyMs || known.deepAt > now) return true;
    const seen = new Set(known.ports.map(keyOf));
    return host.ports.some(port => port.state === 'open' && port.protocol === 'tcp' && !seen.has(keyOf(port)));
  }

  /**
   * A host of this pass with what is known of it: the facts of the last deep look are carried on.
   * @param deep how well its services and system were looked at in this pass; undefined when they were not
   */
  recall(host: ReportedHost, deep: DeepLevel | undefined, at: number): ReportedHost {
    const known = this.#knownAs(host);
    if (deep !== undefined && (!known || deep >= known.level)) return { ...host, deepAt: at };
    if (!known) return host;
    const facts = new Map(known.ports.map(port => [keyOf(port), port]));
    const named = new Set(host.ports.map(keyOf));
    return {
      ...host,
      hostname: host.hostname ?? known.hostname,
      mac: host.mac ?? known.mac,
      vendor: host.vendor ?? known.vendor,
      os: host.os ?? known.os,
      ports: [
        ...host.ports.map(port => (port.state === 'open' ? { ...facts.get(keyOf(port)), ...withoutNulls(port) } : port)),
        // UDP is a part of the deep look.
        ...known.ports.filter(port => port.protocol === 'udp' && !named.has(keyOf(port))),
      ],
      deepAt: deep === undefined ? known.deepAt : at,
    };
  }

  /** Keeps what a full pass found of a host, after `recall`. */
  learn(host: ReportedHost, deep: DeepLevel | undefined, at: number): void {
    const known = this.#knownAs(host);
    if (!known && deep === undefined) return;
    const { address, mac, vendor, hostname, os } = host;
    const moved = !known && mac !== null ? this.all().find(other => other.mac === mac) : undefined;
    // A new port that was not looked at closely is not known: the next pass tries again.
    const lookedAt = deep === undefined ? new Set(known?.ports.map(keyOf)) : undefined;
    this.#byAddress.delete(address);
    this.#byAddress.set(address, {
      ...{ address, mac, vendor, hostname, os },
      ports: host.ports.filter(port => port.state === 'open' && (lookedAt?.has(keyOf(port)) ?? true)).slice(0, mostPorts),
      deepAt: host.deepAt ?? at,
      level: deep ?? known!.level,
      firstSeenAt: known?.firstSeenAt ?? moved?.firstSeenAt ?? at,
      lastSeenAt: at,
    });
  }

  /** A sweep has seen it. */
  see(host: ReportedHost, at: number): void {
    const known = this.#knownAs(host);
    if (known) known.lastSeenAt = at;
  }

  /** Writes the file when something changed, or when it is long ago. */
  save(now: number): void {
    if (this.#file === undefined) return;
    this.#forget();
    const facts = this.#facts();
    if (facts === this.#written && now >= this.#writtenAt && now - this.#writtenAt < seenEveryMs) return;
    writeDurably(this.#file, `${JSON.stringify({ v: 1, devices: this.all() })}\n`);
    this.#written = facts;
    this.#writtenAt = now;
  }

  /** A machine with another hardware address at the same address is another machine. */
  #knownAs({ address, mac }: ReportedHost): KnownDevice | undefined {
    const known = this.#byAddress.get(address);
    return known && (mac === null || known.mac === null || mac === known.mac) ? known : undefined;
  }

  #forget(): void {
    if (this.#byAddress.size <= mostDevices) return;
    const oldest = this.all().sort((a, b) => a.lastSeenAt - b.lastSeenAt);
    for (const { address } of oldest.slice(0, oldest.length - mostDevices)) this.#byAddress.delete(address);
  }

  #facts(): string {
    return JSON.stringify(this.all(), (name, value: unknown) => (name === 'lastSeenAt' ? undefined : value));
  }

  /** A file that cannot be read costs a deep look, no more. */
  #read(): KnownDevice[] {
    try {
      if (this.#file === undefined || statSync(this.#file).size > mostBytes) return [];
      return fileSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8'))).devices.slice(0, mostDevices);
    } catch {
      return [];
    }
  }
}

function keyOf({ protocol, port }: ReportedPort): string {
  return `${protocol}/${port}`;
}

/** What this pass knows of a port goes before what was known. */
function withoutNulls(port: ReportedPort): ReportedPort {
  return Object.fromEntries(Object.entries(port).filter(([, value]) => value !== null)) as ReportedPort;
}
