import type { Policy } from '@aerie/contract/reports';
import { ownNetworks, thisMachine } from './discover/machine.ts';
import { Endpoint } from './endpoint.ts';
import { readIdentity } from './identity.ts';
import type { Log } from './log.ts';
import { sameScan } from './policy.ts';
import { keepPolicy, readPolicy } from './policy-file.ts';
import { makeReport, type Sources } from './report.ts';
import { Sender } from './sender.ts';
import { Spool } from './spool.ts';
import { openStatusDoor, type RunningStatus, type StatusDoor } from './status.ts';
import { Uplink } from './uplink.ts';

interface HarvesterParts {
  readonly folder: string;
  /** Where Nester is now, when that is not where the probe was enrolled. */
  readonly nester?: { url: string; pin?: string };
  readonly version: string;
  readonly log: Log;
  readonly sources: Sources;
}

/** How long a failed scan waits for the next attempt. */
const againMs = 60_000;

/** A probe at work: scans when it is time or asked, keeps each report, and sends them whenever Nester can be reached. */
export class Harvester {
  readonly #parts: HarvesterParts;
  readonly #spool: Spool;
  readonly #uplink: Uplink;
  readonly #sender: Sender;
  readonly #identity: ReturnType<typeof readIdentity>['identity'];
  readonly #stopped = new AbortController();
  #door: StatusDoor | undefined;
  #policy: Policy;
  #scan: AbortController | undefined;
  #scanning: Promise<void> = Promise.resolve();
  #scanTimer: NodeJS.Timeout | undefined;
  #scanAgain = false;
  #lastScanAt: number | null = null;
  readonly #watchers = new Set<() => void>();

  /** @throws Failure when nobody is enrolled in the folder */
  constructor(parts: HarvesterParts) {
    this.#parts = parts;
    const { folder, log, version, sources } = parts;
    const { identity, key } = readIdentity(folder);
    this.#identity = identity;
    this.#policy = readPolicy(folder);
    this.#spool = new Spool(folder, { warn: (sentence, name) => log.warning('REPORT', sentence, { file: name }) });
    const endpoint = parts.nester
      ? new Endpoint(parts.nester.url, parts.nester.pin ?? identity.pin)
      : new Endpoint(identity.url, identity.pin);
    this.#uplink = new Uplink({
      endpoint,
      probeId: identity.probeId,
      key,
      version,
      log,
      now: sources.now,
      machine: () => ({ name: thisMachine().name, networks: ownNetworks() }),
      state: () => ({ policyVersion: this.#policy.version, spoolDepth: this.#spool.depth, scanning: this.#scan !== undefined }),
      policy: policy => this.#follow(policy),
      scanAsked: () => this.#scanNow('asked'),
      live: () => this.#sender.wake(),
    });
    this.#sender = new Sender({
      spool: this.#spool,
      log,
      upload: { endpoint, probeId: identity.probeId, key, now: () => this.#uplink.nesterNow() },
      done: () => this.#tell(),
    });
  }

  /** @throws Failure when another Harvester has the folder */
  async start(): Promise<void> {
    this.#door = await openStatusDoor(this.#parts.folder, () => this.status());
    this.#spool.tidy();
    const { siteCode, probeId } = this.#identity;
    this.#parts.log.info('START', 'The Harvester runs', { version: this.#parts.version, site: siteCode, probe: probeId });
    this.#uplink.start();
    this.#scanNow('start');
    this.#sender.wake();
  }

  /** Ends what runs; reports that were not sent wait for the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#scanTimer);
    this.#scan?.abort();
    this.#uplink.stop();
    await Promise.all([this.#scanning, this.#sender.stop()]);
    await this.#door?.close();
  }

  status(): RunningStatus {
    return {
      pid: process.pid,
      link: this.#uplink.state,
      policy: this.#policy,
      scanning: this.#scan !== undefined,
      lastScanAt: this.#lastScanAt,
      spoolDepth: this.#spool.depth,
    };
  }

  /** Calls back whenever the status may have become another one. @returns what ends that */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Scans now, as somebody at this machine asks. @returns false when a scan runs already */
  scanNow(): boolean {
    if (this.#scan !== undefined || this.#stopped.signal.aborted) return false;
    this.#scanNow('asked here');
    return true;
  }

  /** Tells Nester, and whoever watches here, that something is otherwise now. */
  #tell(): void {
    this.#uplink.tell();
    for (const watcher of this.#watchers) watcher();
  }

  #follow(policy: Policy): void {
    const before = this.#policy;
    if (JSON.stringify(before) === JSON.stringify(policy)) return;
    // In force first, kept afterwards: a full disk must not keep a narrower policy from holding.
    this.#policy = policy;
    this.#parts.log.info('SCAN', 'A new policy holds', { version: policy.version, ranges: policy.ranges.join(' ').slice(0, 500) });
    try {
      keepPolicy(this.#parts.folder, policy);
    } catch (error) {
      this.#parts.log.error('SCAN', 'The policy could not be kept for the next start', { reason: (error as Error).message });
    }
    if (!sameScan(before, policy)) {
      this.#scan?.abort();
      this.#scanNow('policy');
    } else if (this.#scan === undefined) this.#scheduleScan();
  }

  // Scanning: one at a time.

  #scanNow(reason: string): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#scan) {
      this.#scanAgain = true;
      return;
    }
    clearTimeout(this.#scanTimer);
    this.#scanAgain = false;
    const control = new AbortController();
    this.#scan = control;
    this.#scanning = this.#scanOnce(control.signal, reason).then(done => {
      this.#scan = undefined;
      if (this.#scanAgain) this.#scanNow('asked meanwhile');
      else if (done) this.#scheduleScan();
      else this.#scheduleScan(Math.min(againMs, this.#policy.scanEveryMs));
      this.#tell();
      this.#sender.wake();
    });
    this.#tell();
  }

  #scheduleScan(waitMs?: number): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#scanTimer);
    const { now } = this.#parts.sources;
    // A clock that was set back must not put the next scan off for hours.
    const sinceMs = this.#lastScanAt === null ? 0 : Math.max(0, now() - this.#lastScanAt);
    const untilMs = waitMs ?? Math.max(0, this.#policy.scanEveryMs - sinceMs);
    this.#scanTimer = setTimeout(() => this.#scanNow('time'), untilMs);
  }

  async #scanOnce(signal: AbortSignal, reason: string): Promise<boolean> {
    const { log, sources, version } = this.#parts;
    const begunAt = sources.now();
    this.#lastScanAt = begunAt;
    try {
      const report = await makeReport({ probeId: this.#identity.probeId, version, policy: this.#policy, signal }, sources);
      signal.throwIfAborted();
      const file = this.#spool.add(JSON.stringify(report), report.finishedAt);
      log.info('SCAN', 'A scan is done', {
        reason,
        scanner: report.scanner,
        hosts: report.hosts.length,
        ms: report.finishedAt - begunAt,
        file,
      });
      return true;
    } catch (error) {
      if (signal.aborted) return true;
      log.error('SCAN', 'A scan failed', { reason: (error as Error).message });
      return false;
    }
  }
}
