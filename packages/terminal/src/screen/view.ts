import type { ClientState, Pending, Status } from '@aerie/client';
import type { PresenceState } from '@aerie/contract';
import type { Draft } from '../chat/line-editor.ts';
import type { Notice } from '../chat/notices.ts';
import { nameOf } from '../chat/rooms.ts';
import { oneLine } from '../text/plain.ts';
import { fit, pad, widthOf } from '../text/width.ts';
import type { Words } from '../words/words.ts';
import { inputLine } from './input-line.ts';
import type { Place } from './paint.ts';
import { type Row, rowsOf } from './rows.ts';
import type { Size } from './screen.ts';
import { type Anchor, bottomOf } from './scroll.ts';
import { sidebar } from './sidebar.ts';
import { statusLine } from './status-line.ts';
import type { Line, Span } from './style.ts';

/** All that the screen shows. */
export interface Model {
  readonly state: ClientState;
  readonly status: Status;
  readonly retryAt: number | undefined;
  /** Why the last attempt to connect failed. */
  readonly failure: string | undefined;
  readonly outbox: readonly Pending[];
  readonly channelId: string | undefined;
  readonly draft: Draft;
  readonly anchor: Anchor | undefined;
  readonly newAfter: number | undefined;
  readonly notices: readonly Notice[];
  /** The ways to complete the draft. */
  readonly choices: readonly string[];
  readonly presence: PresenceState;
  readonly words: Words;
  readonly now: number;
}

export interface View {
  readonly lines: readonly Line[];
  readonly cursor: Place;
}

const leastColumns = 20;
const leastRows = 5;
/** From this width on the list of channels stands beside the conversation. */
const sidebarFrom = 60;

/** Where things stand on a screen of some size. */
export function layout({ columns, rows }: Size): { side: number; body: number; height: number } {
  const side = columns >= sidebarFrom ? Math.min(24, Math.floor(columns / 4)) : 0;
  return { side, body: columns - (side > 0 ? side + 2 : 0), height: Math.max(1, rows - 3) };
}

/** The conversation that is open, as rows. */
export function conversationRows(model: Model, size: Size): Row[] {
  const { state, channelId, outbox, notices, newAfter, words } = model;
  const channel = channelId === undefined ? undefined : state.channels.get(channelId);
  const beginning = channel ? words.say('screen.beginning', { channel: nameOf(state, channel) }) : words.say('screen.noChannel');
  const { body } = layout(size);
  return rowsOf(
    {
      window: channel ? state.windows.get(channel.channelId) : { messages: [], moreBefore: false, moreAfter: false },
      pending: outbox.filter(pending => pending.channelId === channelId),
      notices: notices.filter(notice => notice.channelId === channelId),
      meId: state.me.userId,
      meName: state.me.name,
      isBot: userId => state.users.get(userId)?.kind === 'bot',
      newAfter,
      beginning,
    },
    body,
    words,
  );
}

/** The whole screen, line by line. Nothing but the model and the size goes in. */
export function view(model: Model, size: Size): View {
  const { columns, rows } = size;
  if (columns < leastColumns || rows < leastRows) {
    const text = fit(model.words.say('screen.small'), columns);
    return { lines: [[{ text }]], cursor: { row: 0, column: 0 } };
  }
  const { side, height } = layout(size);
  const all = conversationRows(model, size);
  const bottom = bottomOf(all, model.anchor, height);
  const shown = all.slice(Math.max(0, bottom - height + 1), bottom + 1);
  const blank = Array.from({ length: height - shown.length }, (): Line => []);
  const body = [...blank, ...shown.map(({ line }) => line)];
  const left = side > 0 ? sidebar(model, side, height) : [];
  const input = inputLine(promptOf(model, columns), model.draft, columns);
  return {
    lines: [
      [{ text: pad(header(model), columns), style: { inverse: true, bold: true } }],
      ...body.map((line, index) => (side > 0 ? beside(left[index] ?? [], side, line) : line)),
      statusLine(model, columns, all.slice(bottom + 1)),
      input.line,
    ],
    cursor: { row: rows - 1, column: input.column },
  };
}

/** The columns are set, not counted: a terminal that takes another width for some letter spoils no other line. */
function beside(left: Line, side: number, line: Line): Line {
  const [first = { text: '' }, ...rest] = line;
  const rule: Span = { text: '│', style: { dim: true }, column: side };
  return [...left, rule, { ...first, column: side + 2 }, ...rest];
}

function header({ state, channelId, words: { say } }: Model): string {
  const channel = channelId === undefined ? undefined : state.channels.get(channelId);
  if (!channel) return ' classcord';
  const { kind, topic, archived } = channel;
  const marks = [kind === 'private' && say('screen.private'), archived && say('screen.archived')].filter(Boolean).join(', ');
  return oneLine([` ${nameOf(state, channel)}`, marks && `(${marks})`, topic && ` ${topic}`].filter(Boolean).join(' '));
}

function promptOf({ state, channelId }: Model, columns: number): string {
  const channel = channelId === undefined ? undefined : state.channels.get(channelId);
  const name = channel ? fit(oneLine(nameOf(state, channel)), Math.floor(columns / 3)) : '';
  return widthOf(name) > 0 ? `${name} › ` : '› ';
}
