import { backoffMs } from '@aerie/client/backoff';
import { Line } from '@aerie/client/line';
import type { CommandInput, EventFrame } from '@aerie/contract';
import type { AppError } from '@aerie/contract/errors';
import { closeCodes } from '@aerie/contract/frames';
import { type Policy, policy as policySchema } from '@aerie/contract/reports';
import type { Endpoint } from './endpoint.ts';
import type { ProbeKey } from './identity.ts';
import type { Log } from './log.ts';
import { offerFor } from './report-key.ts';
import { probeTransport } from './socket.ts';

/** A probe that was refused asks again now and then: somebody may change their mind, or restore a backup. */
const refusedMs = 600_000;
/** A copy of a probe asks as often whether it has an identity of its own now. */
const clonedMs = 60_000;
/** A line that held this long counts as good: the next loss begins with a short wait again. */
const steadyMs = 30_000;

export type LinkState = 'connecting' | 'live' | 'waiting' | 'refused' | 'cloned' | 'stopped';

export interface UplinkParts {
  readonly endpoint: Endpoint;
  readonly probeId: string;
  readonly key: ProbeKey;
  readonly version: string;
  readonly log: Log;
  now(): number;
  random?: () => number;
  /** How long a refused probe waits; ten minutes when absent. A copy waits for a minute. */
  refusedMs?: number;
  clonedMs?: number;
  /** What the probe is and offers, as of now. */
  machine(): { name: string; networks: string[]; machine: string };
  /** How often the policy in force wants one. */
  heartbeatMs(): number;
  /** What a heartbeat tells. */
  state(): Omit<CommandInput<'probe.heartbeat'>, 'at'>;
  policy(policy: Policy): void;
  /** A policy came that cannot be read. */
  badPolicy(version: number, reason: string): void;
  /** Another machine works with this key, and this one gets an identity of its own. */
  separated(code: string): void;
  scanAsked(): void;
  /** The line is live: what waits may go. */
  live(): void;
  /** The line is gone, for whatever reason. */
  down?(): void;
  /** Somebody asks for a diagnostic, or wants no more of one. */
  diagnostic?(frame: Extract<EventFrame, { event: 'diagnostic.asked' | 'diagnostic.ended' }>): void;
}

/** The outbound line to Nester: proves who the probe is, beats, hears the policy, and comes back by itself. */
export class Uplink {
  readonly #parts: UplinkParts;
  #reportKey: Buffer | undefined;
  #line: Line | undefined;
  #state: LinkState = 'stopped';
  #failures = 0;
  #liveSince = 0;
  #retry: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #trouble: string | undefined;
  #clonedBy: string | undefined;
  #offsetMs: number | undefined;

  constructor(parts: UplinkParts) {
    this.#parts = parts;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The machine that works with this probe's key, when this one is kept out. */
  get clonedBy(): string | undefined {
    return this.#clonedBy;
  }

  /** This machine's clock minus Nester's; null until Nester was heard. */
  get clockSkewMs(): number | null {
    return this.#offsetMs === undefined ? null : -this.#offsetMs;
  }

  /** The time on Nester's clock, as its last answer showed it. */
  nesterNow(): number {
    return this.#parts.now() + (this.#offsetMs ?? 0);
  }

  start(): void {
    if (this.#state === 'stopped') this.#connect();
  }

  stop(): void {
    this.#cutOff('stopped');
  }

  /** For uploads while the line is there; undefined where Nester knows of none. */
  get reportKey(): Buffer | undefined {
    return this.#reportKey;
  }

  /** Tells Nester now what the next heartbeat would tell. */
  tell(): void {
    // Several words in one moment are not several beats that nobody answered.
    if (this.#state === 'live') this.#say();
  }

  /** Tells what came of a diagnostic; while the line is away nobody waits for it. */
  report(said: CommandInput<'diagnostic.report'>): void {
    if (this.#state === 'live') this.#line?.ask('diagnostic.report', said, { ok: () => {}, failed: () => {} });
  }

  #connect(): void {
    this.#state = 'connecting';
    const transport = probeTransport(this.#parts.endpoint, error => {
      this.#trouble = error.message;
    });
    // A steady clock: silence is silence, also when somebody sets the time.
    this.#line = new Line(transport, () => performance.now(), {
      open: () => this.#prove(),
      event: frame => this.#event(frame),
      lost: code => this.#lost(code),
      batch: work => work(),
    });
  }

  #prove(): void {
    const { probeId, key, version } = this.#parts;
    const failed = (error: AppError) => this.#failed(error);
    this.#line?.ask(
      'probe.challenge',
      {},
      {
        ok: ({ challenge, agree }) => {
          const offer = agree === undefined ? undefined : offerFor(probeId, challenge, agree);
          const signature = key.sign(`aerie-probe-connect:${challenge}${offer ? `:${offer.publicKey}` : ''}`);
          this.#line?.ask(
            'probe.connect',
            { probeId, signature, version, ...this.#parts.machine(), ...(offer && { agree: offer.publicKey }) },
            {
              ok: answer => {
                this.#reportKey = offer?.key;
                this.#proved(answer);
              },
              failed,
            },
          );
        },
        failed,
      },
    );
  }

  #proved({ policy, now }: { policy: Policy; now: number }): void {
    this.#state = 'live';
    this.#liveSince = this.#parts.now();
    this.#trouble = undefined;
    this.#clonedBy = undefined;
    this.#unanswered = 0;
    this.#heard(now);
    this.#parts.log.info('UPLINK', 'Connected to Nester', { url: this.#parts.endpoint.url.origin });
    this.#follow(policy);
    this.#heartbeat();
    this.#parts.live();
  }

  #follow(policy: unknown): void {
    // What this probe may touch is read with care, also from a Nester that it knows.
    const parsed = policySchema.safeParse(policy);
    if (!parsed.success) {
      const version = Number((policy as { version?: unknown } | null)?.version);
      const issue = parsed.error.issues[0];
      const reason = `${issue?.path.join('.') || 'the policy'}: ${issue?.message ?? 'cannot be read'}`.slice(0, 300);
      this.#parts.log.warning('UPLINK', 'A policy that cannot be read was ignored', { version, reason });
      this.#parts.badPolicy(Number.isSafeInteger(version) ? version : 0, reason);
      return;
    }
    this.#parts.policy(parsed.data);
  }

  #event(frame: EventFrame): void {
    if (frame.event === 'policy.changed') {
      this.#follow(frame.policy);
      this.tell();
    } else if (frame.event === 'probe.asked') {
      if (frame.do === 'scan') this.#parts.scanAsked();
      else this.tell();
    } else if (frame.event === 'probe.separated') this.#parts.separated(frame.code);
    else if (frame.event === 'diagnostic.asked' || frame.event === 'diagnostic.ended') this.#parts.diagnostic?.(frame);
    else if (frame.event === 'session.ended' && frame.reason !== 'stopping') this.#refuse();
  }

  #heartbeat(): void {
    clearTimeout(this.#beat);
    if (this.#unanswered >= 2) {
      this.#trouble = 'Nester no longer answers';
      this.#line?.lose();
      return;
    }
    this.#beat = setTimeout(() => this.#heartbeat(), this.#parts.heartbeatMs());
    this.#unanswered += 1;
    this.#say();
  }

  #say(): void {
    this.#line?.ask(
      'probe.heartbeat',
      { at: this.#parts.now(), ...this.#parts.state() },
      {
        ok: ({ now }) => {
          this.#unanswered = 0;
          this.#heard(now);
        },
        failed: error => this.#failed(error),
      },
    );
  }

  #heard(now: number): void {
    this.#offsetMs = now - this.#parts.now();
  }

  #failed(error: AppError): void {
    if (error.code === 'probe_refused' || error.code === 'session_ended') this.#refuse();
    else if (error.code === 'probe_cloned') this.#keptOut(error);
    else if (error.code !== 'connection_lost') {
      this.#trouble = error.message;
      this.#line?.lose();
    }
  }

  #refuse(): void {
    if (this.#state === 'refused' || this.#state === 'stopped') return;
    this.#cutOff('refused');
    const waitMs = this.#parts.refusedMs ?? refusedMs;
    this.#parts.log.error('UPLINK', 'Nester refuses this probe: it was revoked, or is not known there. Enrol it again with --force', {
      url: this.#parts.endpoint.url.origin,
      retryMs: waitMs,
    });
    this.#retry = setTimeout(() => this.#connect(), waitMs);
  }

  #keptOut(error: AppError): void {
    if (this.#state === 'stopped') return;
    this.#cutOff('cloned');
    const isNews = this.#clonedBy === undefined;
    this.#clonedBy = String(error.params.name ?? 'another one');
    const waitMs = this.#parts.clonedMs ?? clonedMs;
    if (isNews)
      this.#parts.log.error('UPLINK', 'Another machine works with the key of this probe: this one is kept out, and its reports wait', {
        name: this.#clonedBy,
        mend: 'an administrator gives this machine an identity of its own on the site’s page, or enrol it anew with --force',
      });
    this.#retry = setTimeout(() => this.#connect(), waitMs);
  }

  #lost(code: number | undefined): void {
    if (code === closeCodes.loggedOut) {
      this.#refuse();
      return;
    }
    const wasLive = this.#state === 'live';
    if (wasLive && this.#parts.now() - this.#liveSince >= steadyMs) this.#failures = 0;
    const retryMs = backoffMs(this.#failures, this.#parts.random);
    this.#failures += 1;
    this.#cutOff('waiting');
    const sentence = wasLive ? 'The line to Nester is lost' : 'Nester cannot be reached';
    this.#parts.log.warning('UPLINK', sentence, { reason: this.#trouble ?? 'the connection ended', code, retryMs });
    this.#trouble = undefined;
    this.#retry = setTimeout(() => this.#connect(), retryMs);
  }

  #cutOff(state: LinkState): void {
    this.#state = state;
    clearTimeout(this.#beat);
    clearTimeout(this.#retry);
    const line = this.#line;
    this.#line = undefined;
    this.#reportKey = undefined;
    line?.close();
    if (line) this.#parts.down?.();
  }
}
