import { diagnosticRequest } from '@aerie/contract/diagnostics';
import type { Policy } from '@aerie/contract/reports';
import { AuditFile } from './diagnose/audit-file.ts';
import { Desk } from './diagnose/desk.ts';
import { type Outcome, Refusal, type TaskOf } from './diagnose/outcome.ts';
import { scanOutcome } from './diagnose/scan.ts';
import { DeviceMemory } from './discover/memory.ts';
import { type Identity, keepIdentity, ProbeKey, readIdentity } from './identity.ts';
import { endpointOf, Link, type NesterWay } from './link.ts';
import type { Log } from './log.ts';
import { faultOf, mayScanAt, sameScan } from './policy.ts';
import { keepPolicy, readPolicy } from './policy-file.ts';
import { nextLook } from './policy-schedule.ts';
import { makeReport, type Sources } from './report.ts';
import type { ScanProgress } from './scan/findings.ts';
import { Spool } from './spool.ts';
import { openStatusDoor, type RunningStatus, type StatusDoor } from './status.ts';
import { Unwritten } from './unwritten.ts';

interface HarvesterParts {
  readonly folder: string;
  /** How Nester is reached, when that is not as the probe was enrolled. */
  readonly nester?: NesterWay;
  /** How much is kept of what was found. */
  readonly keep?: { keepMs: number; keepBytes: number };
  /** Of this machine; tests give their own. */
  readonly machineDigest?: () => string;
  readonly clonedMs?: number;
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
  readonly #unwritten: Unwritten;
  #link: Link;
  readonly #desk: Desk;
  #identity: Identity;
  #separating: Promise<void> | undefined;
  #refusedPolicy: RunningStatus['refusedPolicy'] = null;
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
    const { folder, log, sources } = parts;
    const { identity, key } = readIdentity(folder);
    this.#identity = identity;
    this.#policy = readPolicy(folder);
    this.#memory = new DeviceMemory(folder);
    this.#spool = new Spool(folder, { ...parts.keep, warn: (sentence, name) => log.warning('REPORT', sentence, { file: name }) });
    this.#unwritten = new Unwritten(this.#spool, log, () => this.#link.wake());
    this.#link = this.#linkAs(identity, key);
    this.#desk = new Desk({
      policy: () => this.#policy,
      perform: async task => {
        const { instrumentsHere, perform } = await import('./diagnose/perform.ts');
        return perform(task, { ...instrumentsHere(), scan: asked => this.#scanFor(asked) });
      },
      report: said => this.#link.uplink.report(said),
      audit: new AuditFile(folder),
      now: sources.now,
    });
  }

  /** Ties the probe to Nester by an identity; it begins when it is started. */
  #linkAs(identity: Identity, key: ProbeKey): Link {
    const { log, version, sources, nester = {}, machineDigest, clonedMs } = this.#parts;
    return new Link({
      ...{ identity, key, way: nester, spool: this.#spool, log, version, now: sources.now, machineDigest, clonedMs },
      state: () => ({
        policyVersion: this.#policy.version,
        refusedPolicy: this.#refusedPolicy ?? undefined,
        spoolDepth: this.#spool.depth + this.#unwritten.count,
        spoolDropped: this.#dropped,
        scanning: this.#isScanning,
        scan: this.#progress,
      }),
      heartbeatMs: () => this.#policy.heartbeatMs,
      backlogKbps: () => this.#policy.backlogKbps,
      policy: policy => this.#follow(policy),
      badPolicy: (version, reason) => {
        this.#refusedPolicy = { version, reason };
      },
      separated: code => {
        this.#separating ??= this.#separate(code).finally(() => {
          this.#separating = undefined;
        });
      },
      scanAsked: () => this.#scanNow('asked'),
      told: () => this.#tell(),
      // Nester calls lost what a probe that went away was doing; so nobody waits for it any more.
      down: () => void this.#desk.cancelAll(),
      diagnostic: frame => {
        if (frame.event === 'diagnostic.ended') return this.#desk.cancel(frame.diagnosticId);
        const request = diagnosticRequest.safeParse(frame.request);
        if (request.success) this.#desk.start({ ...frame, request: request.data });
      },
    });
  }

  /**
   * This machine was made from a copy of a probe: it becomes one of its own. What it had found for the other one, or had taken
   * along from it, is set aside and never sent.
   */
  async #separate(code: string): Promise<void> {
    const { folder, log, version, nester = {} } = this.#parts;
    const former = this.#link;
    await former.stop();
    const endpoint = endpointOf(this.#identity, nester);
    try {
      // Loaded when it is needed, as below: a probe that waits stays small.
      const { joinSite, parseCode } = await import('./enrol.ts');
      const { site, policy, pem } = await joinSite(endpoint, parseCode(code).code, version);
      this.#scan?.abort();
      await this.#scanning;
      const aside = this.#spool.setAside() + this.#unwritten.forget();
      this.#identity = { ...this.#identity, ...site };
      keepIdentity(folder, this.#identity, pem);
      log.warning('UPLINK', 'This machine was a copy of another probe; it has an identity of its own now', { probe: site.probeId, aside });
      this.#link = this.#linkAs(this.#identity, new ProbeKey(pem));
      this.#follow(policy);
    } catch (error) {
      log.error('UPLINK', 'This machine could not get an identity of its own; it asks again', { reason: (error as Error).message });
      const { identity, key } = readIdentity(folder);
      this.#link = this.#linkAs(identity, key);
    } finally {
      endpoint.close();
    }
    if (this.#stopped.signal.aborted) return;
    this.#link.start();
    this.#scanNow('new identity');
  }

  get #dropped(): number {
    return this.#spool.dropped + this.#unwritten.dropped;
  }

  /** @throws Failure when another Harvester has the folder */
  async start(): Promise<void> {
    this.#door = await openStatusDoor(this.#parts.folder, () => this.status());
    this.#spool.tidy();
    const { siteCode, probeId } = this.#identity;
    this.#parts.log.info('START', 'The Harvester runs', { version: this.#parts.version, site: siteCode, probe: probeId });
    this.#link.start();
    this.#scanNow('start');
  }

  /** Ends what runs; reports that were not sent wait for the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#scanTimer);
    this.#scan?.abort();
    this.#unwritten.stop();
    await this.#separating;
    await Promise.all([this.#desk.cancelAll(), this.#scanning, this.#link.stop()]);
    await this.#door?.close();
  }

  status(): RunningStatus {
    const { clonedBy, clockSkewMs } = this.#link.uplink;
    return {
      pid: process.pid,
      link: this.#link.uplink.state,
      policy: this.#policy,
      scanning: this.#isScanning,
      scan: this.#progress ?? null,
      lastScanAt: this.#lastScanAt,
      spoolDepth: this.#spool.depth,
      unwritten: this.#unwritten.count,
      dropped: this.#dropped,
      refusedPolicy: this.#refusedPolicy,
      clone: clonedBy === undefined ? null : { name: clonedBy },
      clockSkewMs,
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
    this.#link.uplink.tell();
    for (const watcher of this.#watchers) watcher();
  }

  #follow(policy: Policy): void {
    const before = this.#policy;
    const fault = faultOf(policy);
    this.#refusedPolicy = fault === undefined ? null : { version: policy.version, reason: fault.slice(0, 300) };
    if (fault !== undefined) {
      this.#parts.log.warning('SCAN', 'A policy that cannot be followed was refused; the one before holds', {
        version: policy.version,
        reason: fault,
        holds: before.version,
      });
      return;
    }
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
      this.#link.wake();
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
      this.#unwritten.keep(JSON.stringify(report), report.finishedAt);
      return scanOutcome(task, report);
    } finally {
      this.#scan = undefined;
      this.#progress = undefined;
      over.resolve();
      if (this.#scanAgain) this.#scanNow('asked meanwhile');
      else this.#scheduleScan();
      this.#tell();
      this.#link.wake();
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
      const file = this.#unwritten.keep(JSON.stringify(report), report.finishedAt);
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
