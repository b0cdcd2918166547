import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { backoffMs } from '@aerie/client/backoff';
import { Line } from '@aerie/client/line';
import { tcpTransport } from '@aerie/client/tcp';
import type { EventFrame, Policy, Report } from '@aerie/contract';

/** A probe of a copied machine asks as often whether it has an identity of its own now. */
const clonedMs = 60_000;
const sweepsPerScan = 5;

/** What a probe was given when it joined a site. */
export interface ProbeKey {
  probeId: string;
  /** Ed25519, PKCS 8, PEM. */
  key: string;
}

export interface SimulatedProbeParts {
  tcp: { host: string; port: number };
  http: { host: string; port: number };
  identity: ProbeKey;
  name: string;
  version: string;
  networks: string[];
  /** What makes the running machine itself: tells a probe from a copy of it. */
  machine: string;
  agent: http.Agent;
  /** What it finds at a moment. */
  report(at: number, kind: 'full' | 'sweep', ids: { reportId: string; probeId: string }): Report;
  /** Whether it has lost its power, or its line. */
  isAway(at: number): boolean;
  /** Another machine works with its key, and it is to join anew with this code. */
  separated?(code: string): void;
  trouble(sentence: string): void;
}

/**
 * A probe without a machine: it speaks the protocol as a Harvester does (proves its key, beats, follows its policy, sends
 * signed reports, comes back by itself), and what it finds is made up.
 */
export class SimulatedProbe {
  readonly #parts: SimulatedProbeParts;
  readonly #key: ReturnType<typeof createPrivateKey>;
  #line: Line | undefined;
  #policy: Policy | undefined;
  #timers: NodeJS.Timeout[] = [];
  #failures = 0;
  #reports = 0;
  #isStopped = true;
  readonly #live = Promise.withResolvers<void>();

  constructor(parts: SimulatedProbeParts) {
    this.#parts = parts;
    this.#key = createPrivateKey(parts.identity.key);
  }

  /** Resolves when it is connected for the first time. */
  get live(): Promise<void> {
    return this.#live.promise;
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#connect();
  }

  /** Leaves, as a machine that is shut down. */
  stop(): void {
    this.#isStopped = true;
    this.#clear();
    this.#line?.close();
    this.#line = undefined;
  }

  #connect(): void {
    if (this.#isStopped) return;
    if (this.#parts.isAway(Date.now())) {
      this.#later(5_000, () => this.#connect());
      return;
    }
    this.#line = new Line(tcpTransport(this.#parts.tcp), () => performance.now(), {
      open: () => this.#prove(),
      event: frame => this.#event(frame),
      lost: () => this.#again(backoffMs(this.#failures++)),
      batch: work => work(),
    });
  }

  #prove(): void {
    const { identity, name, version, networks, machine } = this.#parts;
    const failed = (error: Error & { code?: string }) => {
      this.#line?.close();
      if (error.code !== 'connection_lost' && error.code !== 'probe_cloned') this.#parts.trouble(`${name}: ${error.message}`);
      this.#again(error.code === 'probe_cloned' ? clonedMs : backoffMs(this.#failures++));
    };
    this.#line?.ask(
      'probe.challenge',
      {},
      {
        ok: ({ challenge }) => {
          const signature = this.#signed(`aerie-probe-connect:${challenge}`);
          const asked = { probeId: identity.probeId, signature, name, version, networks, machine };
          this.#line?.ask('probe.connect', asked, { ok: ({ policy }) => this.#proved(policy), failed });
        },
        failed,
      },
    );
  }

  #proved(policy: Policy): void {
    this.#failures = 0;
    this.#policy = policy;
    this.#beat();
    this.#live.resolve();
    // Not all at the same moment, as in life.
    this.#later(Math.random() * policy.heartbeatMs, () =>
      this.#every(
        () => this.#policy!.heartbeatMs,
        () => this.#beat(),
      ),
    );
    this.#later(2_000 + Math.random() * Math.min(policy.sweepEveryMs, 60_000), () =>
      this.#every(
        () => this.#policy!.sweepEveryMs,
        () => void this.#report(this.#reports++ % sweepsPerScan === 0 ? 'full' : 'sweep'),
      ),
    );
  }

  #beat(): void {
    if (this.#parts.isAway(Date.now())) {
      this.#line?.close();
      this.#again(5_000);
      return;
    }
    const said = { at: Date.now(), policyVersion: this.#policy!.version, spoolDepth: 0, scanning: false };
    this.#line?.ask('probe.heartbeat', said, { ok: () => undefined, failed: () => undefined });
  }

  #event(frame: EventFrame): void {
    if (frame.event === 'policy.changed') {
      this.#policy = frame.policy;
      this.#beat();
    } else if (frame.event === 'probe.asked') {
      if (frame.do === 'scan') void this.#report('full');
      else this.#beat();
    } else if (frame.event === 'probe.separated') {
      this.stop();
      this.#parts.separated?.(frame.code);
    } else if (frame.event === 'diagnostic.asked') {
      const { diagnosticId } = frame;
      const lines = ['This probe is simulated: it has no network to look at.'];
      const end = { state: 'failed' as const, summary: { say: 'failed', with: { reason: 'this probe is simulated' } } };
      this.#line?.ask('diagnostic.report', { diagnosticId, lines, end }, { ok: () => undefined, failed: () => undefined });
    }
  }

  async #report(kind: 'full' | 'sweep'): Promise<void> {
    const { identity, name } = this.#parts;
    const report = this.#parts.report(Date.now(), kind, { reportId: randomUUID(), probeId: identity.probeId });
    try {
      const status = await this.#upload(gzipSync(JSON.stringify(report), { level: 1 }));
      if (status >= 400 && !this.#isStopped) this.#parts.trouble(`${name}: a report was answered with ${status}`);
    } catch {
      // Nester is away for a moment: the next report says how things are.
    }
  }

  #upload(body: Buffer): Promise<number> {
    const time = String(Date.now());
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': String(body.length),
      'aerie-probe': this.#parts.identity.probeId,
      'aerie-machine': this.#parts.machine,
      'aerie-time': time,
      'aerie-signature': this.#signed(`aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`),
    };
    const { host, port } = this.#parts.http;
    const { agent } = this.#parts;
    return new Promise((resolve, reject) => {
      const request = http.request({ host, port, path: '/api/probe/reports', method: 'POST', agent, headers }, answer => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode!));
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  #signed(text: string): string {
    return sign(null, Buffer.from(text), this.#key).toString('base64url');
  }

  #again(inMs: number): void {
    this.#clear();
    this.#line = undefined;
    if (!this.#isStopped) this.#later(inMs, () => this.#connect());
  }

  /** Does it now, and again and again while this line holds. */
  #every(ms: () => number, work: () => void): void {
    work();
    this.#later(ms(), () => this.#every(ms, work));
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      work();
    }, ms);
    this.#timers.push(timer);
  }

  #clear(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }
}
