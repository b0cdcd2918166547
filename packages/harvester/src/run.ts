import { diagnosticRequest } from '@aerie/contract/diagnostics';
import type { Policy } from '@aerie/contract/reports';
import { AuditFile } from './diagnose/audit-file.ts';
import { Desk } from './diagnose/desk.ts';
import { type Outcome, Refusal, type TaskOf } from './diagnose/outcome.ts';
import { instrumentsHere, perform } from './diagnose/perform.ts';
import { scanOutcome } from './diagnose/scan.ts';
import { ownNetworks, thisMachine } from './discover/machine.ts';
import { DeviceMemory } from './discover/memory.ts';
import { Endpoint } from './endpoint.ts';
import { readIdentity } from './identity.ts';
import type { Log } from './log.ts';
import { mayScanAt, sameScan } from './policy.ts';
import { keepPolicy, readPolicy } from './policy-file.ts';
import { nextLook } from './policy-schedule.ts';
import { makeReport, type Sources } from './report.ts';
import type { ScanProgress } from './scan/findings.ts';
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
/** How often it is told how far a scan is. */
const progressEveryMs = 1_000;

/** A probe at work: scans when it is time or asked, keeps each report, and sends them whenever Nester can be reached. */
export class Harvester {
  readonly #parts: HarvesterParts;
  readonly #spool: Spool;
  readonly #uplink: Uplink;
  readonly #sender: Sender;
  readonly #desk: Desk;
  readonly #identity: ReturnType<typeof readIdentity>['identity'];
  readonly #stopped = new AbortController();
  #door: StatusDoor | undefined;
  #policy: Policy;
  #scan: AbortController | undefined;
  #scanning: Promise<void> = Promise.resolve();
  #scanTimer: NodeJS.Timeout | undefined;
  #scanAgain = false;
  /** A sweep runs: somebody who asks for a scan means more. */
  #isSweep = false;
  #progress: ScanProgress | undefined;
  #toldProgressAt = 0;
  #lastScanAt: number | null = null;
  #lastLookAt: number | null = null;
  readonly #memory: DeviceMemory;
  readonly #watchers = new Set<() => void>();

  /** @throws Failure when nobody is enrolled in the folder */
  constructor(parts: HarvesterParts) {
    this.#parts = parts;
    const { folder, log, version, sources } = parts;
    const { identity, key } = readIdentity(folder);
    this.#identity = identity;
    this.#policy = readPolicy(folder);
    this.#memory = new DeviceMemory(folder);
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
      state: () => ({
        policyVersion: this.#policy.version,
        spoolDepth: this.#spool.depth,
        scanning: this.#isScanning,
        scan: this.#progress,
      }),
      policy: policy => this.#follow(policy),
      scanAsked: () => this.#scanNow('asked'),
      live: () => this.#sender.wake(),
      // Nester calls lost what a probe that went away was doing; so nobody waits for it any more.
      down: () => void this.#desk.cancelAll(),
      diagnostic: frame => {
        if (frame.event === 'diagnostic.ended') return this.#desk.cancel(frame.diagnosticId);
        const request = diagnosticRequest.safeParse(frame.request);
        if (request.success) this.#desk.start({ ...frame, request: request.data });
      },
    });
    this.#desk = new Desk({
      policy: () => this.#policy,
      perform: task => perform(task, { ...instrumentsHere(), scan: asked => this.#scanFor(asked) }),
      report: said => this.#uplink.report(said),
      audit: new AuditFile(folder),
      now: sources.now,
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
    await Promise.all([this.#desk.cancelAll(), this.#scanning, this.#sender.stop()]);
    await this.#door?.close();
  }

  status(): RunningStatus {
    return {
      pid: process.pid,
      link: this.#uplink.state,
      policy: this.#policy,
      scanning: this.#isScanning,
      scan: this.#progress ?? null,
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
    if (this.#isScanning || this.#stopped.signal.aborted) return false;
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

  get #isScanning(): boolean {
    return this.#scan !== undefined && !this.#isSweep;
  }

  #scanNow(reason: string, kind: 'full' | 'sweep' = 'full'): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#scan) {
      this.#scanAgain = true;
      return;
    }
    clearTimeout(this.#scanTimer);
    this.#scanAgain = false;
    const control = new AbortController();
    this.#scan = control;
    this.#isSweep = kind === 'sweep';
    this.#scanning = this.#scanOnce(control.signal, reason, kind).then(done => {
      this.#scan = undefined;
      this.#progress = undefined;
      if (this.#scanAgain) this.#scanNow('asked meanwhile');
      else if (done) this.#scheduleScan();
      else this.#scheduleScan(Math.min(againMs, this.#policy.scanEveryMs));
      this.#tell();
      this.#sender.wake();
    });
    if (kind === 'full') this.#tell();
  }

  /** A scan that somebody asked for by hand begins when none runs. */
  async #scanFor(task: TaskOf<'scan'>): Promise<Outcome> {
    const { sources, version } = this.#parts;
    if (!mayScanAt(task.policy, sources.now()).open) throw new Refusal('closed_hours');
    const cancelled = Promise.withResolvers<never>();
    cancelled.promise.catch(() => {});
    task.signal.addEventListener('abort', () => cancelled.reject(task.signal.reason));
    while (this.#scan) await Promise.race([this.#scanning, cancelled.promise]);
    clearTimeout(this.#scanTimer);
    const control = new AbortController();
    const over = Promise.withResolvers<void>();
    this.#scan = control;
    this.#isSweep = false;
    this.#scanning = over.promise;
    this.#tell();
    try {
      const signal = AbortSignal.any([task.signal, control.signal]);
      const request = { probeId: this.#identity.probeId, version, policy: this.#policy, targets: task.request.targets, signal };
      const report = await makeReport(
        { ...request, kind: 'full', memory: this.#memory, progress: progress => this.#progressed(progress) },
        sources,
      );
      this.#spool.add(JSON.stringify(report), report.finishedAt);
      return scanOutcome(task, report);
    } finally {
      this.#scan = undefined;
      this.#progress = undefined;
      over.resolve();
      if (this.#scanAgain) this.#scanNow('asked meanwhile');
      else this.#scheduleScan();
      this.#tell();
      this.#sender.wake();
    }
  }

  #scheduleScan(waitMs?: number): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#scanTimer);
    const past = { fullAt: this.#lastScanAt, lookAt: this.#lastLookAt };
    const { kind, inMs } = nextLook(this.#policy, past, this.#parts.sources.now());
    this.#scanTimer = setTimeout(() => this.#scanNow('time', waitMs === undefined ? kind : 'full'), waitMs ?? inMs);
  }

  #progressed(progress: ScanProgress): void {
    const isNews = progress.phase !== this.#progress?.phase;
    this.#progress = progress;
    const now = performance.now();
    if (!isNews && now - this.#toldProgressAt < progressEveryMs) return;
    this.#toldProgressAt = now;
    this.#tell();
  }

  async #scanOnce(signal: AbortSignal, reason: string, kind: 'full' | 'sweep'): Promise<boolean> {
    const { log, sources, version } = this.#parts;
    const begunAt = sources.now();
    this.#lastLookAt = begunAt;
    if (kind === 'full') this.#lastScanAt = begunAt;
    try {
      const report = await makeReport(
        {
          ...{ probeId: this.#identity.probeId, version, policy: this.#policy, kind, memory: this.#memory, signal },
          progress: kind === 'full' ? progress => this.#progressed(progress) : undefined,
        },
        sources,
      );
      signal.throwIfAborted();
      const file = this.#spool.add(JSON.stringify(report), report.finishedAt);
      log.info('SCAN', report.kind === 'sweep' ? 'A sweep is done' : 'A scan is done', {
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
