import { randomUUID } from 'node:crypto';
import { AppError, type EventBody, type EventName } from '@aerie/contract';
import type { Actor, Caller, Door, GuestActor, LiveConnection, ProbeActor, UserActor } from '../context.ts';
import type { Topic } from '../store/unit.ts';
import type { CloseReason, Pipe } from './pipe.ts';

/** Past this many queued bytes, whispers (typing, presence) are dropped. */
const whisperCap = 64 * 1024;
/** Past this many queued bytes, nothing more is queued. */
const backlogCap = 1024 * 1024;

/** Why a log-in is over, with the words and the time that belong to it. */
export type Ending = EventBody<'session.ended'>;
export type EndReason = Ending['reason'];

export type Dialect = 'undecided' | 'framed' | 'classcord';

/** What a connection tells those who keep the list of all connections. */
export interface ConnectionKeeper {
  /** It is known who it is: it no longer counts as a stranger. */
  settled(connection: Connection): void;
  loggedIn(connection: Connection): void;
  probeLoggedIn(connection: Connection, actor: ProbeActor): void;
  /** It does not act as that guest any more. */
  guestLeft(connection: Connection, actor: GuestActor): void;
  followLog(connection: Connection): void;
  unfollow(connection: Connection): void;
}

// One function each for ten thousand connections.
const hearsAll = () => true;
const framedFarewell = (ending: Ending) => `${JSON.stringify({ event: 'session.ended', ...ending })}\n`;
const nothingTaken = () => Promise.resolve();

/**
 * One live connection: who it acts as, and what it may still be sent. A client that stops reading loses whispers first,
 * then its place in the log (`log.gap`), then the connection; it never costs the others anything.
 */
export class Connection implements LiveConnection {
  readonly connectionId = randomUUID();
  caller: Caller;
  readonly openedAt: number;
  dialect: Dialect = 'undecided';
  /** True when it is told of messages in their brief form. */
  isBrief = false;
  actor: Actor = { kind: 'anyone' };
  /** Of the topics that its user may hear, those that this connection wants. */
  hears: (topic: Topic) => boolean = hearsAll;
  /** The line that says why the log-in is over. */
  farewell: (ending: Ending) => string = framedFarewell;
  /** Where unasked lines wait for their turn, when the client cannot take them as they come; it gives them to `send`. */
  pacing: { push(lines: Buffer, areMessages: boolean): void; takes(answer: string): boolean; answered(): void; flush(): void } | undefined;
  /** Takes no more, and resolves when what was taken is answered. */
  settle: () => Promise<void> = nothingTaken;
  readonly #pipe: Pipe;
  readonly #keeper: ConnectionKeeper;
  readonly #slowMs: number;
  #out = '';
  #held: { seq: number; line: string }[] | undefined;
  #heldBytes = 0;
  #releaseAt: number | undefined;
  #slowTimer: NodeJS.Timeout | undefined;
  #following = false;
  #open = true;

  constructor(parts: { door: Door; address: string; agent: string; at: number; pipe: Pipe; keeper: ConnectionKeeper; slowMs: number }) {
    this.caller = { door: parts.door, address: parts.address, agent: parts.agent, connection: this };
    this.openedAt = parts.at;
    this.#pipe = parts.pipe;
    this.#keeper = parts.keeper;
    this.#slowMs = parts.slowMs;
  }

  get userId(): string | undefined {
    return this.actor.kind === 'user' ? this.actor.userId : undefined;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** True while events are gathered and not sent. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** True when the client has left so much unread that its commands must wait. */
  get isClogged(): boolean {
    return this.#pipe.backlog > backlogCap;
  }

  logIn(actor: UserActor, client?: string): void {
    // Where the door does not know what the client is, the client says it.
    if (client !== undefined && this.caller.agent === '') this.caller = { ...this.caller, agent: client };
    if (this.actor.kind === 'user') {
      if (this.actor.userId !== actor.userId) throw new AppError('already_logged_in', { name: this.actor.name });
      // Name and role are told here as they change; those that a command brings may be of when it began.
      const { name, role } = this.actor;
      this.actor = { ...actor, name, role };
      return;
    }
    if (this.actor.kind === 'guest') {
      this.#keeper.guestLeft(this, this.actor);
      this.letGo();
    }
    this.actor = actor;
    // Gone while its password was verified: nobody would ever forget it again.
    if (this.#open) this.#keeper.loggedIn(this);
  }

  actAsGuest(actor: GuestActor): void {
    if (this.actor.kind !== 'anyone' && this.actor.kind !== 'guest')
      throw new AppError('already_logged_in', { name: this.actor.kind === 'local' ? 'local' : this.actor.name });
    const isNew = this.actor.kind === 'anyone';
    this.actor = actor;
    // Gone already: nobody would ever forget this guest.
    if (!this.#open) this.#keeper.guestLeft(this, actor);
    if (!isNew || !this.#open) return;
    this.#keeper.settled(this);
    // Without a snapshot: a guest has no place in the log, and hears from now on.
    this.followAgain();
  }

  logInProbe(actor: ProbeActor): void {
    // It had to wait, and is gone: nobody would hear that it left.
    if (!this.#open) throw new AppError('connection_lost');
    if (this.actor.kind !== 'anyone')
      throw new AppError('already_logged_in', { name: this.actor.kind === 'local' ? 'local' : this.actor.name });
    this.actor = actor;
    this.#keeper.probeLoggedIn(this, actor);
  }

  tell<K extends EventName>(name: K, body: EventBody<K>): void {
    this.answer(`${JSON.stringify({ event: name, ...body })}\n`);
  }

  /** The machine's own administrator speaks here. */
  actLocal(): void {
    this.actor = { kind: 'local' };
    this.#keeper.settled(this);
  }

  hold(brief = false): void {
    if (!this.#open) return;
    this.isBrief = brief;
    this.#following = true;
    this.#releaseAt = undefined;
    this.#held = [];
    this.#heldBytes = 0;
    this.#keeper.followLog(this);
  }

  release(seq: number): void {
    this.#releaseAt = seq;
  }

  letGo(): void {
    this.#following = false;
    this.#releaseAt = undefined;
    this.#held = undefined;
    this.#keeper.unfollow(this);
  }

  /** Follows the log without a snapshot, or again after what it hears has changed. */
  followAgain(): void {
    if (!this.#open) return;
    if (this.#following) this.#keeper.unfollow(this);
    this.#following = true;
    this.#keeper.followLog(this);
  }

  /** Queues the answer of a command, and after it the events that were gathered for it. Answers of one turn leave in one write. */
  answer(line: string | readonly (Buffer | string)[]): void {
    if (!this.#open || (typeof line === 'string' && this.#out === '' && this.pacing?.takes(line))) return;
    if (this.#out === '') process.nextTick(() => this.#flush());
    if (typeof line === 'string') {
      this.#out += line;
    } else {
      this.#flush();
      this.#pipe.writeParts(line);
    }
    if (this.#releaseAt === undefined || !this.#held) return;
    const seq = this.#releaseAt;
    this.#releaseAt = undefined;
    for (const event of this.#held) if (event.seq > seq) this.#out += event.line;
    this.#held = undefined;
  }

  /** Keeps an event for later, while a snapshot or a page is being read. */
  gather(seq: number, line: string): void {
    this.#heldBytes += line.length;
    if (this.#heldBytes > backlogCap) this.fallBehind();
    else this.#held?.push({ seq, line });
  }

  /** Sends logged events: whole lines. */
  deliver(lines: Buffer): void {
    if (!this.#open) return;
    if (this.pacing) this.pacing.push(lines, true);
    else this.send(lines);
  }

  /** Sends whole lines now, unless the client has left too much unread. */
  send(lines: Buffer): void {
    if (!this.#open) return;
    if (this.#pipe.backlog > backlogCap) {
      this.fallBehind();
      return;
    }
    if (this.#out !== '') this.#flush();
    this.#pipe.write(lines);
  }

  /** Sends what may be lost. */
  whisper(lines: Buffer): void {
    if (!this.#open || this.#pipe.backlog > whisperCap) return;
    if (this.pacing) this.pacing.push(lines, false);
    else this.send(lines);
  }

  /** Tells the client why its log-in is over, and closes. */
  end(reason: EndReason, words: Omit<Ending, 'reason'> = {}): void {
    this.pacing?.flush();
    this.answer(this.farewell({ reason, ...words }));
    this.close(reason === 'stopping' ? 'stopping' : 'loggedOut');
  }

  close(reason: CloseReason): void {
    if (!this.#open) return;
    this.pacing?.flush();
    this.#flush();
    // Nothing is written after the end: a late answer must not cut what is still on its way.
    this.#open = false;
    this.#pipe.close(reason);
  }

  destroy(): void {
    this.#open = false;
    this.#pipe.destroy();
  }

  /** The transport is gone. */
  closed(): void {
    this.#open = false;
    this.#held = undefined;
    clearTimeout(this.#slowTimer);
  }

  /** The client does not read: it keeps what is queued, loses its place in the log, and the connection too if it does not catch up. */
  fallBehind(): void {
    if (!this.#open) return;
    if (this.dialect === 'classcord') {
      this.destroy();
      return;
    }
    if (this.#following) {
      this.letGo();
      this.#pipe.write('{"event":"log.gap"}\n');
    }
    this.#slowTimer ??= setTimeout(() => {
      this.#slowTimer = undefined;
      if (this.#pipe.backlog > whisperCap) this.destroy();
    }, this.#slowMs);
  }

  /** More happened than it can be told: a framed client asks for it; one of the old wire, and a guest, goes on without. */
  beginAgain(): void {
    if (!this.#open || !this.#following) return;
    if (this.dialect === 'classcord' || this.actor.kind === 'guest') {
      this.followAgain();
      return;
    }
    this.letGo();
    if (this.#out !== '') this.#flush();
    this.#pipe.write('{"event":"log.gap"}\n');
  }

  #flush(): void {
    const out = this.#out;
    if (out === '' || !this.#open) return;
    this.#out = '';
    this.pacing?.answered();
    this.#pipe.write(out);
  }
}
