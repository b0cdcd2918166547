import type { CommandInput, CommandName, CommandOutput, EventFrame, Me, Snapshot } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import { closeCodes } from '@aerie/contract/frames';
import { backoffMs } from './backoff.ts';
import { Line } from './line.ts';
import { Loads } from './loads.ts';
import { Outbox, type Pending } from './outbox.ts';
import type { Ask } from './requests.ts';
import { applyEvent, applyResume, type ClientState, inWindow, stateOf, withoutSilent, withoutWindow, withWindow } from './state.ts';
import type { OpenTransport } from './transport.ts';
import { nextTypingEnd } from './typing.ts';
import { onWake } from './wake.ts';
import { windowChannel } from './windows.ts';

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
  readonly #follows: boolean;
  readonly #now: () => number;
  readonly #outbox: Outbox;
  readonly #loads: Loads;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<(frame: EventFrame) => void>();

  #status: Status = 'connecting';
  #retryAt: number | undefined;
  #state: ClientState | undefined;

  #line: Line | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #typingEnd: number | undefined;
  #forgetWake: (() => void) | undefined;
  #failures = 0;
  #liveSince = 0;
  /** A `log.resume` is on its way: logged events wait in `#held` until its last answer. */
  #resuming = false;
  #resumeAgain = false;
  #held: EventFrame[] = [];
  /** Calls made before the line was ready. */
  #early: { begin(): void; failed(error: AppError): void }[] = [];
  #depth = 0;
  #told: readonly unknown[] = [];

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#follows = options.live ?? true;
    this.#now = options.now ?? Date.now;
    const ask: Ask = (name, input, outcome) => this.#line?.ask(name, input, outcome);
    this.#outbox = new Outbox({
      ask,
      seen: () => this.#state?.seq ?? (this.#follows ? -1 : Number.POSITIVE_INFINITY),
      now: this.#now,
    });
    this.#loads = new Loads({
      ask,
      live: () => this.#status === 'live' && !this.#resuming,
      window: channelId => this.#state?.windows.get(channelId),
      put: (channelId, page, place, meanwhile) => {
        if (!this.#state) return;
        this.#state = withWindow(this.#state, channelId, page, place);
        for (const frame of meanwhile) this.#state = inWindow(this.#state, frame);
      },
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

  /** The same object as long as nothing changes. */
  get state(): ClientState | undefined {
    return this.#state;
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
    this.#batch(() => {
      this.#letGo('waiting', new AppError('connection_lost'));
    });
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

  /** Calls a command. While the first line is being opened it waits for it; without one it rejects with `connection_lost`. */
  call<K extends CommandName>(name: K, input: CommandInput<K>): Promise<CommandOutput<K>> {
    return new Promise((resolve, failed) => {
      const ok = (output: CommandOutput<K>) => {
        if (name === 'me.update' && this.#state) this.#state = { ...this.#state, me: (output as { me: Me }).me };
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
  openChannel(channelId: string): Promise<void> {
    if (this.#state?.windows.has(channelId)) return Promise.resolve();
    return this.#load(channelId, 'replace');
  }

  /** Loads the messages before those that are held. */
  loadBefore(channelId: string): Promise<void> {
    const window = this.#state?.windows.get(channelId);
    if (!window) return this.openChannel(channelId);
    return window.moreBefore ? this.#load(channelId, 'before') : Promise.resolve();
  }

  #load(channelId: string, place: 'replace' | 'before'): Promise<void> {
    if (this.#status === 'ended') return Promise.reject(new AppError('session_ended'));
    return this.#loads.start(channelId, place);
  }

  // The life of a line: connect, log in, resume, live; lost, wait, connect.

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#retryAt = undefined;
    this.#status = 'connecting';
    const line = new Line(this.#options.open, this.#now, {
      open: () => this.#batch(() => this.#logIn(line)),
      event: frame => this.#event(frame),
      lost: code => this.#batch(() => this.#lost(code)),
      batch: work => this.#batch(work),
    });
    this.#line = line;
  }

  #logIn(line: Line): void {
    const failed = (error: AppError) => this.#refused(error);
    // With a state from before, the answer also tells whether the same person is here: a cookie may be another's by now.
    if (this.#options.token) line.ask('session.resume', { token: this.#options.token }, { ok: ({ me }) => this.#loggedIn(me), failed });
    else if (this.#state) line.ask('session.show', {}, { ok: ({ me }) => this.#loggedIn(me), failed });
    else this.#loggedIn();
  }

  #loggedIn(me?: Me): void {
    if (me && this.#state && me.userId !== this.#state.me.userId) this.#forget();
    if (this.#follows) this.#resume();
    else this.#nowLive();
  }

  #refused(error: AppError): void {
    if (error.code === 'not_logged_in' || error.code === 'session_ended') this.#end();
    else if (error.code !== 'connection_lost') this.#line?.lose();
  }

  #resume(): void {
    this.#resuming = true;
    this.#resumeAgain = false;
    this.#held = [];
    const state = this.#state;
    this.#line!.ask('log.resume', state ? { epoch: state.epoch, after: state.seq } : {}, {
      ok: answer => {
        if (answer.kind === 'snapshot' || !this.#state) {
          if (answer.kind === 'snapshot') this.#begin(answer.snapshot);
        } else {
          for (const frame of answer.events) this.#take(frame as EventFrame);
          this.#state = applyResume(this.#state, answer, this.#now());
          if (answer.more) return this.#resume();
        }
        if (this.#resumeAgain) return this.#resume();
        this.#nowLive();
      },
      failed: error => this.#refused(error),
    });
  }

  #nowLive(): void {
    this.#resuming = false;
    for (const frame of this.#held.splice(0)) this.#take(frame);
    if (this.#status !== 'live') this.#liveSince = this.#now();
    this.#status = 'live';
    for (const early of this.#early.splice(0)) early.begin();
    this.#loads.askAll();
    this.#pump();
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
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#retryAt = undefined;
    this.#forgetWake?.();
    this.#forgetWake = undefined;
    this.#loads.failAll(error);
  }

  #cutOff(status: Status, error: AppError): void {
    this.#status = status;
    this.#resuming = false;
    const line = this.#line;
    this.#line = undefined;
    line?.close();
    this.#outbox.lose();
    for (const early of this.#early.splice(0)) early.failed(error);
  }

  /** The network or the page came back. */
  #woken(): void {
    if (this.#status === 'waiting' && this.#retryTimer) this.#batch(() => this.#connect());
    else this.#line?.doubt();
  }

  // What comes in.

  #event(frame: EventFrame): void {
    if (frame.event === 'log.gap') {
      if (this.#resuming) this.#resumeAgain = true;
      else this.#resume();
    } else if (frame.event === 'session.ended' && frame.reason !== 'stopping') {
      this.#end();
    } else if (frame.seq !== undefined && this.#resuming) {
      this.#held.push(frame);
      return;
    }
    this.#take(frame);
  }

  #take(frame: EventFrame): void {
    if (this.#state) {
      if (frame.seq !== undefined && frame.seq <= this.#state.seq) return;
      const { userId } = this.#state.me;
      this.#state = applyEvent(this.#state, frame, this.#now());
      const channelId = windowChannel(frame);
      if (channelId !== undefined) this.#loads.note(channelId, frame);
      if (frame.event === 'message.created' && frame.message.authorId === userId) this.#outbox.arrived(frame.message);
      if (frame.event === 'member.left' && frame.userId === userId)
        this.#loads.fail(frame.channelId, new AppError('not_found', { thing: 'channel' }));
    }
    for (const listener of this.#eventListeners) contained(() => listener(frame));
  }

  #begin(snapshot: Snapshot): void {
    const held = this.#state;
    if (held && held.me.userId !== snapshot.me.userId) this.#forget();
    this.#state = stateOf(snapshot);
    this.#loads.replaceAll();
    for (const [channelId, window] of held?.windows ?? []) {
      if (!this.#state.channels.has(channelId)) continue;
      // Shown until the new one is there; between its last message and what comes now there may be others.
      this.#state = withWindow(this.#state, channelId, { ...window, moreAfter: true }, 'replace');
      this.#loads.start(channelId, 'replace').catch(() => {
        this.#batch(() => {
          if (this.#state) this.#state = withoutWindow(this.#state, channelId);
        });
      });
    }
  }

  /** Another person is here now. */
  #forget(): void {
    this.#state = undefined;
    this.#outbox.clear();
    this.#loads.failAll(new AppError('session_ended'));
  }

  #pump(): void {
    if (this.#status === 'live') this.#outbox.pump();
  }

  // Telling the listeners.

  #view(): readonly unknown[] {
    return [this.#status, this.#retryAt, this.#state, this.#outbox.list];
  }

  /** Runs work that may change things, and tells the listeners once, at its end, when it did. */
  #batch<T>(work: () => T): T {
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) {
        this.#outbox.settle();
        this.#watchTyping();
        const view = this.#view();
        if (view.some((value, index) => value !== this.#told[index])) {
          this.#told = view;
          for (const listener of this.#listeners) contained(listener);
        }
      }
    }
  }

  /** Sees to it that "is writing" ends by itself. */
  #watchTyping(): void {
    const end = this.#state && nextTypingEnd(this.#state.typing);
    if (end === this.#typingEnd) return;
    this.#typingEnd = end;
    clearTimeout(this.#typingTimer);
    if (end === undefined) return;
    this.#typingTimer = setTimeout(() => {
      this.#typingEnd = undefined;
      this.#batch(() => {
        if (this.#state) this.#state = withoutSilent(this.#state, this.#now());
      });
    }, end - this.#now());
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
