import type { CommandName, CommandOutput, EventFrame, Message, OwnChannel, Snapshot } from '@aerie/contract';
import type { ErrorFrame, RequestFrame } from '@aerie/contract/frames';
import type { MissedEvents } from '../src/state.ts';
import type { OpenTransport, TransportEvents } from '../src/transport.ts';

/** One line as the far end sees it; the test decides what it says and when. */
export class FakeLine {
  readonly asked: RequestFrame[] = [];
  closed = false;
  readonly #on: TransportEvents;

  constructor(on: TransportEvents) {
    this.#on = on;
  }

  accept(): void {
    this.#on.open();
  }

  /** Several frames arrive in one piece. */
  say(...frames: object[]): void {
    this.#on.text(frames.map(frame => `${JSON.stringify(frame)}\n`).join(''));
  }

  text(chunk: string): void {
    this.#on.text(chunk);
  }

  drop(code?: number): void {
    this.#on.close(code);
  }

  /** The requests of a command that have not been taken yet. */
  waiting(name: CommandName): RequestFrame[] {
    return this.asked.filter(request => request.do === name);
  }

  /** Takes the oldest request of a command. */
  take(name: CommandName): RequestFrame {
    const at = this.asked.findIndex(request => request.do === name);
    if (at < 0) throw new Error(`${name} was not asked; asked: ${this.asked.map(request => request.do).join(' ')}`);
    return this.asked.splice(at, 1)[0]!;
  }

  answer<K extends CommandName>(name: K, ok: CommandOutput<K>): RequestFrame {
    const request = this.take(name);
    this.say({ id: request.id, ok });
    return request;
  }

  refuse(name: CommandName, error: ErrorFrame['error']): void {
    this.say({ id: this.take(name).id, error });
  }
}

/** What stands in for the network: hands out lines and keeps them. */
export class FakeServer {
  readonly lines: FakeLine[] = [];

  readonly open: OpenTransport = on => {
    const line = new FakeLine(on);
    this.lines.push(line);
    return {
      send: text => {
        if (line.closed) throw new Error('sent on a closed line');
        line.asked.push(JSON.parse(text));
      },
      close: () => {
        line.closed = true;
      },
    };
  };

  get line(): FakeLine {
    return this.lines.at(-1)!;
  }
}

export const me = { userId: 'ada', name: 'Ada', role: 'member', language: 'en', sessionId: 's1' } as const;

export function channel(channelId: string, fields: Partial<OwnChannel> = {}): OwnChannel {
  return {
    channelId,
    name: channelId,
    kind: 'public',
    topic: '',
    minRole: 'viewer',
    postRole: 'member',
    archived: false,
    readSeq: 0,
    unread: 0,
    mentions: 0,
    ...fields,
  };
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return { epoch: 'e1', seq: 10, me, users: [], channels: [channel('general')], presence: [], ...fields };
}

export function message(seq: number, fields: Partial<Message> = {}): Message {
  return {
    messageId: `m${seq}`,
    channelId: 'general',
    seq,
    authorId: 'bob',
    authorName: 'Bob',
    content: `text ${seq}`,
    createdAt: 1_000 + seq,
    editedAt: null,
    ...fields,
  };
}

export function said(seq: number, fields: Partial<Message> = {}): EventFrame {
  return { event: 'message.created', seq, message: message(seq, fields) };
}

/** An answer of `log.resume`: what was missed up to `seq`. */
export function missed(seq: number, events: readonly EventFrame[] = [], fields: Partial<MissedEvents> = {}): MissedEvents {
  const logged = events as unknown as MissedEvents['events'];
  return { kind: 'events', epoch: 'e1', seq, more: false, events: logged, presence: [], reads: [], ...fields };
}
