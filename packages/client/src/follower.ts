import type { EventFrame, Me, Message, Snapshot } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import { Loads } from './loads.ts';
import type { Ask } from './requests.ts';
import { applyEvent, applyResume, type ClientState, inWindow, stateOf, withoutSilent, withoutWindow, withWindow } from './state.ts';
import { nextTypingEnd } from './typing.ts';
import { windowChannel } from './windows.ts';

interface FollowerOptions {
  ask: Ask;
  now(): number;
  /** Runs work that changes the state outside of a frame's own turn. */
  batch(work: () => void): void;
  /** Nothing is missing any more. */
  caughtUp(): void;
  /** The server would not let us follow. */
  refused(error: AppError): void;
  /** Another person is here than the state was made for. */
  forgotten(): void;
  /** A message of one's own is in the log. */
  arrived(message: Message): void;
  /** After the state has it. */
  event(frame: EventFrame): void;
}

/** Follows the log over whatever line there is: keeps the state, and catches up after a gap or a lost line. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #loads: Loads;
  #state: ClientState | undefined;
  #ready = false;
  /** A `log.resume` is on its way: logged events wait in `#held` until its last answer. */
  #resuming = false;
  #resumeAgain = false;
  /** This line's server is of a version that knows no `brief`. */
  #isOlder = false;
  #held: EventFrame[] = [];
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #typingEnd: number | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#loads = new Loads({
      ask: options.ask,
      live: () => this.#ready && !this.#resuming,
      window: channelId => this.#state?.windows.get(channelId),
      put: (channelId, page, place, meanwhile) => {
        if (!this.#state) return;
        this.#state = withWindow(this.#state, channelId, page, place);
        for (const frame of meanwhile) this.#state = inWindow(this.#state, frame);
      },
    });
  }

  get state(): ClientState | undefined {
    return this.#state;
  }

  /** Loads the newest messages of a channel, unless some are held. */
  open(channelId: string): Promise<void> {
    return this.#state?.windows.has(channelId) ? Promise.resolve() : this.#loads.start(channelId, 'replace');
  }

  /** Loads the messages before those that are held. */
  loadBefore(channelId: string): Promise<void> {
    const window = this.#state?.windows.get(channelId);
    if (!window) return this.open(channelId);
    return window.moreBefore ? this.#loads.start(channelId, 'before') : Promise.resolve();
  }

  failLoads(error: AppError): void {
    this.#loads.failAll(error);
  }

  /** Asks for what was missed since the state, or for all when there is none. */
  resume(): void {
    this.#resuming = true;
    this.#resumeAgain = false;
    const state = this.#state;
    this.#options.ask(
      'log.resume',
      { ...(state && { epoch: state.epoch, after: state.seq }), ...(!this.#isOlder && { brief: true }) },
      {
        ok: answer => {
          if (answer.kind === 'snapshot') this.#begin(answer.snapshot);
          else if (this.#state) {
            for (const frame of answer.events) this.#take(frame as EventFrame);
            this.#state = applyResume(this.#state, answer, this.#options.now());
          }
          if (this.#resumeAgain || (answer.kind === 'events' && answer.more)) this.resume();
          else this.#caughtUp();
        },
        failed: error => {
          if (this.#isOlder || error.code !== 'bad_input' || error.params.field !== 'brief') {
            this.#options.refused(error);
            return;
          }
          this.#isOlder = true;
          this.resume();
        },
      },
    );
  }

  /** The line is live. */
  ready(): void {
    this.#ready = true;
    this.#loads.askAll();
  }

  /** The line is gone. */
  lose(): void {
    this.#ready = false;
    this.#resuming = false;
    // The next line may lead to a server that was brought up to date meanwhile.
    this.#isOlder = false;
    this.#held = [];
  }

  event(frame: EventFrame): void {
    if (frame.event === 'log.gap') {
      if (this.#resuming) this.#resumeAgain = true;
      else this.resume();
    }
    if (frame.seq !== undefined && this.#resuming) this.#held.push(frame);
    else this.#take(frame);
  }

  /** Who is here, by the server's word; forgets everything that was another person's. */
  setMe(me: Me): void {
    if (!this.#state) return;
    if (me.userId === this.#state.me.userId) {
      this.#state = { ...this.#state, me };
      return;
    }
    this.#state = undefined;
    this.#loads.failAll(new AppError('session_ended'));
    this.#options.forgotten();
  }

  /** Sees to it that "is writing" ends by itself; to be called after changes. */
  watchTyping(): void {
    const end = this.#state && nextTypingEnd(this.#state.typing);
    if (end === this.#typingEnd) return;
    this.#typingEnd = end;
    clearTimeout(this.#typingTimer);
    if (end === undefined) return;
    const silence = () => {
      this.#typingEnd = undefined;
      if (this.#state) this.#state = withoutSilent(this.#state, this.#options.now());
    };
    this.#typingTimer = setTimeout(() => this.#options.batch(silence), end - this.#options.now());
  }

  #caughtUp(): void {
    this.#resuming = false;
    for (const frame of this.#held.splice(0)) this.#take(frame);
    this.#options.caughtUp();
  }

  #take(frame: EventFrame): void {
    const state = this.#state;
    if (state) {
      if (frame.seq !== undefined && frame.seq <= state.seq) return;
      this.#state = applyEvent(state, frame, this.#options.now());
      const channelId = windowChannel(frame);
      if (channelId !== undefined) this.#loads.note(channelId, frame);
      const { userId } = state.me;
      if (frame.event === 'message.created' && frame.message.authorId === userId) this.#options.arrived(frame.message);
      if (frame.event === 'member.left' && frame.userId === userId) {
        this.#loads.fail(frame.channelId, new AppError('not_found', { thing: 'channel' }));
      }
    }
    this.#options.event(frame);
  }

  #begin(snapshot: Snapshot): void {
    this.setMe(snapshot.me);
    const windows = this.#state?.windows ?? new Map();
    this.#state = stateOf(snapshot);
    this.#loads.replaceAll();
    for (const [channelId, window] of windows) {
      if (!this.#state.channels.has(channelId)) continue;
      // Shown until the new one is there; between its last message and what comes now there may be others.
      this.#state = withWindow(this.#state, channelId, { ...window, moreAfter: true }, 'replace');
      this.#loads.start(channelId, 'replace').catch(() => this.#options.batch(() => this.#dropWindow(channelId)));
    }
  }

  #dropWindow(channelId: string): void {
    if (this.#state) this.#state = withoutWindow(this.#state, channelId);
  }
}
