import type { CommandInput, CommandName, CommandOutput, EventFrame, Me } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import { closeCodes } from '@aerie/contract/frames';
import { backoffMs } from './backoff.ts';
import { Follower } from './follower.ts';
import { Line } from './line.ts';
import { Outbox, type Pending } from './outbox.ts';
import type { Ask } from './requests.ts';
import type { ClientState } from './state.ts';
import type { OpenTransport } from './transport.ts';
import { onWake } from './wake.ts';

/** `waiting`: lost (or stopped), tried again at `retryAt`. `ended`: logged out; nothing happens until `start`. */
export type Status = 'connecting' | 'live' | 'waiting' | 'ended';

export interface ConnectionOptions {
  open: OpenTransport;
  /** Logs the line in; absent where a cookie does. */
  token?: string;
  random?: () => number;
  now?: () => number;
  /** Whether to follow the log and keep a state; true when absent. */
  live?: boolean;
}

/** A line that held this long counts as good: the next loss begins with a short wait again. */
const steadyMs = 5_000;

/** A connection to Nester that heals itself, and the state that it keeps up to date. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #now: () => number;
  readonly #outbox: Outbox;
  readonly #follower: Follower;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<(frame: EventFrame) => void>();

  #status: Status = 'connecting';
  #retryAt: number | undefined;
  #refusal: AppError | undefined;
  #line: Line | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #forgetWake: (() => void) | undefined;
  #failures = 0;
  #liveSince = 0;
  /** Calls made before the line was ready. */
  #early: { begin(): void; failed(error: AppError): void }[] = [];
  #depth = 0;
  #told: readonly unknown[];

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const ask: Ask = (name, input, outcome) => this.#line?.ask(name, input, outcome);
    this.#follower = new Follower({
      ask,
      now: this.#now,
      batch: work => this.#batch(work),
      caughtUp: () => this.#nowLive(),
      refused: error => this.#refused(error),
      forgotten: () => this.#outbox.clear(),
      arrived: message => this.#outbox.arrived(message),
      event: frame => {
        for (const listener of this.#eventListeners) contained(() => listener(frame));
      },
    });
    this.#outbox = new Outbox({
      ask,
      seen: () => (this.#follows ? (this.state?.seq ?? -1) : Number.POSITIVE_INFINITY),
      now: this.#now,
    });
    this.#told = this.#view();
  }

  get status(): Status {
    return this.#status;
  }

  /** When the next attempt begins, in ms. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  /** Why the server did not let the session in at the last attempt, when it said so: banned, too busy. */
  get refusal(): AppError | undefined {
    return this.#refusal;
  }

  /** The same object as long as nothing changes. */
  get state(): ClientState | undefined {
    return this.#follower.state;
  }

  /** What was said and has not arrived yet; the same array as long as nothing changes. */
  get outbox(): readonly Pending[] {
    return this.#outbox.list;
  }

  /** Connects, and stays connected until `stop` or the end of the session. */
  start(): void {
    if (this.#line || this.#retryTimer) return;
    this.#forgetWake ??= onWake(() => this.#woken());
    this.#batch(() => this.#connect());
  }

  /** Lets the line go. The state and the outbox stay; `start` goes on from there. */
  stop(): void {
    this.#batch(() => this.#letGo('waiting', new AppError('connection_lost')));
  }

  /** Calls `listener` after each change of status, state or outbox. Answers how to end that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with each event, after the state has it; also with those that were missed meanwhile. */
  onEvent(listener: (frame: EventFrame) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Calls a command. While a line is being opened it waits for it; without one it rejects with `connection_lost`. */
  call<K extends CommandName>(name: K, input: CommandInput<K>): Promise<CommandOutput<K>> {
    return new Promise((resolve, failed) => {
      const ok = (output: CommandOutput<K>) => {
        if (name === 'me.update') this.#follower.setMe((output as { me: Me }).me);
        resolve(output);
      };
      const begin = () => this.#line!.ask(name, input, { ok, failed });
      if (this.#status === 'live') begin();
      else if (this.#status === 'connecting') this.#early.push({ begin, failed });
      else failed(new AppError(this.#status === 'ended' ? 'session_ended' : 'connection_lost'));
    });
  }

  /** Says something. It stands in `outbox` until it has arrived, through lost lines too. */
  send(channelId: string, content: string): Pending {
    return this.#batch(() => {
      const pending = this.#outbox.add(channelId, content);
      this.#pump();
      return pending;
    });
  }

  /** Sends a refused message again. */
  retry(nonce: string): void {
    this.#batch(() => {
      this.#outbox.retry(nonce);
      this.#pump();
    });
  }

  /** Forgets a message that did not arrive. */
  discard(nonce: string): void {
    this.#batch(() => this.#outbox.discard(nonce));
  }

  /** Loads the newest messages of a channel, unless some are held. Without a line it waits for one. */
  async openChannel(channelId: string): Promise<void> {
    if (this.#status === 'ended') throw new AppError('session_ended');
    await this.#follower.open(channelId);
  }

  /** Loads the messages before those that are held. Without a line it waits for one. */
  async loadBefore(channelId: string): Promise<void> {
    if (this.#status === 'ended') throw new AppError('session_ended');
    await this.#follower.loadBefore(channelId);
  }

  // The life of a line: connect, log in, catch up, live; lost, wait, connect.

  get #follows(): boolean {
    return this.#options.live ?? true;
  }

  #connect(): void {
    this.#forgetRetry();
    this.#status = 'connecting';
    this.#line = new Line(this.#options.open, this.#now, {
      open: () => this.#batch(() => this.#logIn()),
      event: frame => this.#event(frame),
      lost: code => this.#batch(() => this.#lost(code)),
      batch: work => this.#batch(work),
    });
  }

  #logIn(): void {
    const { token } = this.#options;
    const outcome = { ok: ({ me }: { me: Me }) => this.#loggedIn(me), failed: (error: AppError) => this.#refused(error) };
    // With a state from before, the answer also tells whether the same person is here: a cookie may be another's by now.
    if (token) this.#line!.ask('session.resume', { token }, outcome);
    else if (this.state) this.#line!.ask('session.show', {}, outcome);
    else this.#loggedIn();
  }

  #loggedIn(me?: Me): void {
    if (me) this.#follower.setMe(me);
    if (this.#follows) this.#follower.resume();
    else this.#nowLive();
  }

  #refused(error: AppError): void {
    if (error.code === 'not_logged_in' || error.code === 'session_ended') this.#end();
    else if (error.code !== 'connection_lost') {
      this.#refusal = error;
      this.#line?.lose();
    }
  }

  #nowLive(): void {
    if (this.#status !== 'live') this.#liveSince = this.#now();
    this.#status = 'live';
    this.#refusal = undefined;
    for (const early of this.#early.splice(0)) early.begin();
    this.#follower.ready();
    this.#pump();
  }

  #event(frame: EventFrame): void {
    this.#follower.event(frame);
    if (frame.event === 'session.ended' && frame.reason !== 'stopping') this.#end();
  }

  #lost(code: number | undefined): void {
    if (code === closeCodes.loggedOut) {
      this.#end();
      return;
    }
    if (this.#status === 'live' && this.#now() - this.#liveSince >= steadyMs) this.#failures = 0;
    const waitMs = backoffMs(this.#failures, this.#options.random);
    this.#failures += 1;
    this.#cutOff('waiting', new AppError('connection_lost'));
    this.#retryAt = this.#now() + waitMs;
    this.#retryTimer = setTimeout(() => this.#batch(() => this.#connect()), waitMs);
  }

  #end(): void {
    this.#letGo('ended', new AppError('session_ended'));
  }

  /** No line, and none will be sought. */
  #letGo(status: Status, error: AppError): void {
    this.#cutOff(status, error);
    this.#failures = 0;
    this.#forgetRetry();
    this.#forgetWake?.();
    this.#forgetWake = undefined;
    this.#follower.failLoads(error);
  }

  #cutOff(status: Status, error: AppError): void {
    this.#status = status;
    const line = this.#line;
    this.#line = undefined;
    line?.close();
    this.#follower.lose();
    this.#outbox.lose();
    for (const early of this.#early.splice(0)) early.failed(error);
  }

  #forgetRetry(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#retryAt = undefined;
  }

  /** The network or the page came back. */
  #woken(): void {
    if (this.#retryTimer) this.#batch(() => this.#connect());
    else this.#line?.doubt();
  }

  #pump(): void {
    if (this.#status === 'live') this.#outbox.pump();
  }

  #view(): readonly unknown[] {
    return [this.#status, this.#retryAt, this.state, this.#outbox.list];
  }

  /** Runs work that may change things, and tells the listeners once, at its end, when it did. */
  #batch<T>(work: () => T): T {
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#settle();
    }
  }

  #settle(): void {
    this.#outbox.settle();
    this.#follower.watchTyping();
    const view = this.#view();
    if (view.every((value, index) => value === this.#told[index])) return;
    this.#told = view;
    for (const listener of this.#listeners) contained(listener);
  }
}

/** A listener's fault is reported as what it is and stops neither the others nor the frames that follow. */
function contained(work: () => void): void {
  try {
    work();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
