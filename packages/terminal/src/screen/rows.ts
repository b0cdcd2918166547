import type { Pending, Window } from '@aerie/client';
import type { Message } from '@aerie/contract';
import type { Notice } from '../chat/notices.ts';
import { oneLine, plain } from '../text/plain.ts';
import { wrap } from '../text/wrap.ts';
import type { Words } from '../words/words.ts';
import { clip, colourOf, type Line, type Span, type Style } from './style.ts';

/** A line of a conversation, and its place in it by which it is found again when others come in above or below. */
export interface Row {
  readonly seq: number;
  readonly part: number;
  readonly line: Line;
}

export interface Conversation {
  readonly window: Window | undefined;
  readonly pending: readonly Pending[];
  readonly notices: readonly Notice[];
  readonly meId: string;
  readonly meName: string;
  /** Whether a user is a program. */
  readonly isBot: (userId: string) => boolean;
  /** Where "new" stands: before the first message of others with a greater seq. */
  readonly newAfter: number | undefined;
  /** What stands at its beginning, when all of it is held. */
  readonly beginning: string;
}

/** Messages of one person that are closer than this join into one block. */
const joinMs = 5 * 60_000;
/** Parts of the rows that belong to a message: the lines above it, its own, the program's words below it. */
const parts = { day: -2, new: -1, head: 0, notices: 1_000_000 };
const indent = 2;

/** The lines of a conversation in so many columns: days, what is new, joined messages, what is on its way. */
export function rowsOf(conversation: Conversation, columns: number, words: Words): Row[] {
  return new Rows(conversation, columns, words).all();
}

class Rows {
  readonly #conversation: Conversation;
  readonly #columns: number;
  readonly #words: Words;
  readonly #rows: Row[] = [];
  readonly #notices: Notice[];
  #newShown: boolean;
  #lastDay: number | undefined;
  #last: { author: string; at: number } | undefined;

  constructor(conversation: Conversation, columns: number, words: Words) {
    this.#conversation = conversation;
    this.#columns = columns;
    this.#words = words;
    this.#notices = [...conversation.notices];
    const { newAfter, window } = conversation;
    // Where nothing that is held was read, the place of the line is not known.
    this.#newShown = newAfter === undefined || !window?.messages.some(({ seq }) => seq <= newAfter);
  }

  all(): Row[] {
    const { window, pending, beginning } = this.#conversation;
    const { say } = this.#words;
    if (!window) this.#add(-1, 0, say('screen.loading'), { dim: true });
    else this.#add(-1, 0, window.moreBefore ? say('screen.older') : beginning, { dim: true });
    for (const message of window?.messages ?? []) {
      this.#tell(message.seq);
      this.#message(message);
    }
    this.#tell(Number.POSITIVE_INFINITY);
    // What one has just said stands at the end; where the end is not held, it cannot stand right.
    if (!window?.moreAfter) {
      const arrived = new Set(window?.messages.map(({ nonce }) => nonce));
      for (const [index, each] of pending.filter(({ nonce }) => !arrived.has(nonce)).entries()) this.#pending(each, index);
    }
    return this.#rows;
  }

  #message(message: Message): void {
    const { seq, authorId, authorName, createdAt, editedAt, mentions } = message;
    const { newAfter, meId, isBot } = this.#conversation;
    const { say } = this.#words;
    this.#day(seq, createdAt);
    if (!this.#newShown && authorId !== meId && seq > newAfter!) {
      this.#rule(seq, parts.new, say('screen.new'), { colour: 'red' });
      this.#newShown = true;
      this.#last = undefined;
    }
    const author = authorId ?? `guest ${authorName}`;
    const mark = authorId === null ? say('screen.guest') : isBot(authorId) ? say('screen.bot') : '';
    this.#head(seq, 0, author, authorName, createdAt, mark);
    const named = mentions?.includes(meId) ?? false;
    const lines = contentLines(message, this.#columns - indent);
    const gutter: Span = named ? { text: '▌ ', style: { colour: 'yellow', bold: true } } : { text: '  ' };
    const edited = editedAt === null ? [] : [{ text: ` ${say('screen.edited')}`, style: { dim: true } }];
    for (const [index, text] of lines.entries()) {
      const last = index === lines.length - 1;
      this.#push(seq, index + 1, last && edited.length > 0 ? clip([gutter, { text }, ...edited], this.#columns) : [gutter, { text }]);
    }
  }

  #pending({ content, at, failed }: Pending, index: number): void {
    const { meId, meName } = this.#conversation;
    const { say, error } = this.#words;
    const seq = Number.POSITIVE_INFINITY;
    // Each has room for its lines, above the rows of the next.
    const part = (index + 1) * 100_000;
    this.#day(seq, at, part - 1);
    this.#head(seq, part, meId, meName, at, '');
    const lines = wrap(plain(content), this.#columns - indent);
    for (const [n, text] of lines.entries()) this.#push(seq, part + 1 + n, [{ text: '  ' }, { text, style: { dim: true } }]);
    const after = part + 1 + lines.length;
    if (!failed) this.#push(seq, after, [{ text: `  ${say('screen.sending')}`, style: { dim: true } }]);
    else this.#add(seq, after, say('screen.notSent', { reason: error(failed) }), { colour: 'red', bold: true });
  }

  /** The name and the time, unless the message joins the one before. */
  #head(seq: number, part: number, author: string, name: string, at: number, mark: string): void {
    const joined = this.#last?.author === author && at - this.#last.at < joinMs;
    this.#last = { author, at };
    if (joined) return;
    const spans: Span[] = [{ text: oneLine(name), style: { bold: true, colour: colourOf(name) } }];
    if (mark !== '') spans.push({ text: ` ${mark}`, style: { dim: true } });
    spans.push({ text: `  ${this.#words.clock(at)}`, style: { dim: true } });
    this.#push(seq, part + parts.head, clip(spans, this.#columns));
  }

  #day(seq: number, at: number, part = parts.day): void {
    const day = new Date(at).setHours(0, 0, 0, 0);
    if (day === this.#lastDay) return;
    this.#lastDay = day;
    this.#last = undefined;
    this.#rule(seq, part, this.#words.day(at), { dim: true });
  }

  /** What the program said before a message of this seq. */
  #tell(before: number): void {
    while (this.#notices[0] && this.#notices[0].afterSeq < before) {
      const { afterSeq, n, text, error } = this.#notices.shift()!;
      this.#last = undefined;
      this.#add(afterSeq, parts.notices + n * 1_000, text, error ? { colour: 'red' } : { colour: 'cyan' });
    }
  }

  #rule(seq: number, part: number, text: string, style: Style): void {
    const line = `── ${text} `;
    this.#push(seq, part, clip([{ text: line + '─'.repeat(Math.max(0, this.#columns - line.length)), style }], this.#columns));
  }

  #add(seq: number, part: number, text: string, style: Style): void {
    for (const [n, line] of wrap(plain(text), this.#columns - indent).entries()) {
      this.#push(seq, part + n, [{ text: '  ' }, { text: line, style }]);
    }
  }

  #push(seq: number, part: number, line: Line): void {
    this.#rows.push({ seq, part, line });
  }
}

/** The lines of a message do not change while it does not: wrapping is most of the work of a screen. */
const wrapped = new WeakMap<Message, { columns: number; lines: string[] }>();

function contentLines(message: Message, columns: number): string[] {
  const held = wrapped.get(message);
  if (held?.columns === columns) return held.lines;
  const lines = wrap(plain(message.content), columns);
  wrapped.set(message, { columns, lines });
  return lines;
}
