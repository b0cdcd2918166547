import type { Pending } from '@aerie/client';
import { AppError } from '@aerie/contract/errors';
import { describe, expect, it } from 'vitest';
import { channel, message, model, noon, stateWith } from '../../test/model.ts';
import { draftOf } from '../chat/line-editor.ts';
import { plain } from '../text/plain.ts';
import { widthOf } from '../text/width.ts';
import { wordsIn } from '../words/words.ts';
import { paint } from './paint.ts';
import { scrolled } from './scroll.ts';
import { render, textOf } from './style.ts';
import { conversationRows, type Model, view } from './view.ts';

const narrow = { columns: 40, rows: 14 };
const broad = { columns: 80, rows: 14 };

/** The screen as a person sees it, without spaces at the ends. */
const seen = (shown: Model, size = narrow) => view(shown, size).lines.map(line => textOf(line).trimEnd());
/** The conversation alone. */
const conversation = (shown: Model, size = narrow) =>
  seen(shown, size)
    .slice(1, -2)
    .filter(line => line !== '');
const pending = (content: string, fields: Partial<Pending> = {}): Pending => ({
  nonce: content,
  channelId: 'dev',
  content,
  at: noon,
  ...fields,
});

describe('the conversation', () => {
  it('joins what one person says in a row, and begins anew after five minutes and with another person', () => {
    const later = noon + 10 * 60_000;
    const state = stateWith([
      message(1, 'Bob', 'one'),
      message(2, 'Bob', 'two'),
      message(3, 'Chloé', 'three'),
      message(4, 'Chloé', 'four', { createdAt: later }),
    ]);
    expect(conversation(model({ state }))).toEqual([
      '  This is the beginning of #dev.',
      '── Sunday, 22 November 2026 ────────────',
      'Bob  12:00',
      '  one',
      '  two',
      'Chloé  12:00',
      '  three',
      'Chloé  12:10',
      '  four',
    ]);
  });

  it('sets a line between days', () => {
    const state = stateWith([message(1, 'Bob', 'late', { createdAt: noon - 86_400_000 }), message(2, 'Bob', 'early')]);
    expect(conversation(model({ state, words: wordsIn('fr') }))).toEqual([
      '  Voici le début de #dev.',
      '── Samedi 21 novembre 2026 ─────────────',
      'Bob  12:00',
      '  late',
      '── Dimanche 22 novembre 2026 ───────────',
      'Bob  12:00',
      '  early',
    ]);
  });

  it('sets a line above what is new, not above one’s own words', () => {
    const state = stateWith([message(1, 'Bob', 'old'), message(2, 'Ada', 'mine'), message(3, 'Bob', 'news')]);
    const lines = conversation(model({ state, newAfter: 1 }));
    expect(lines.slice(lines.indexOf('  mine'))).toEqual(['  mine', `── new ${'─'.repeat(33)}`, 'Bob  12:00', '  news']);
  });

  it('wraps by columns, with ends of lines as they were said', () => {
    const state = stateWith([message(1, 'Bob', 'un deux trois\n日本語日本語日本語日本語')]);
    expect(conversation(model({ state }), { columns: 20, rows: 14 }).slice(-3)).toEqual([
      '  un deux trois',
      '  日本語日本語日本語',
      '  日本語',
    ]);
  });

  it('marks programs', () => {
    const state = stateWith([message(1, 'Watch', 'beep')]);
    const watch = { userId: 'watch', name: 'Watch', kind: 'bot', role: 'member', disabled: false } as const;
    const users = new Map(state.users).set('watch', watch);
    expect(conversation(model({ state: { ...state, users } }))).toContain('Watch (bot)  12:00');
  });

  it('marks guests, edited messages and those that name oneself', () => {
    const state = stateWith([
      message(1, 'Zoé', 'hello', { authorId: null }),
      message(2, 'Bob', 'better', { editedAt: noon }),
      message(3, 'Bob', '@Ada look', { mentions: ['ada'] }),
    ]);
    expect(conversation(model({ state })).slice(2)).toEqual([
      'Zoé (guest)  12:00',
      '  hello',
      'Bob  12:00',
      '  better (edited)',
      '▌ @Ada look',
    ]);
  });

  it('shows what is on its way, and why something was refused', () => {
    const refused = pending('no', { failed: new AppError('read_only_channel', { channel: '#dev' }) });
    const lines = conversation(model({ outbox: [refused, pending('wait')] }), { columns: 59, rows: 14 });
    expect(lines.join('\n')).toContain('  Not sent: You may read #dev, not write there. Ask an\n  administrator. /retry or /discard');
    expect(lines.slice(-2)).toEqual(['  wait', '  (waiting)']);
  });

  it('does not show a message twice while its event is here and its answer is not', () => {
    const state = stateWith([message(1, 'Ada', 'said', { nonce: 'n1' })]);
    expect(conversation(model({ state, outbox: [pending('said', { nonce: 'n1' })] })).filter(line => line.includes('said'))).toHaveLength(
      1,
    );
  });

  it('keeps the program’s own words where they were said', () => {
    const state = stateWith([message(1, 'Bob', 'one'), message(2, 'Bob', 'two')]);
    const notices = [{ channelId: 'dev', afterSeq: 1, n: 1, text: 'told', error: false }];
    expect(conversation(model({ state, notices })).slice(2)).toEqual(['Bob  12:00', '  one', '  told', 'Bob  12:00', '  two']);
  });
});

describe('the rest of the screen', () => {
  it('lists channels with what is unread, conversations with who is there, and who is here', () => {
    const direct = channel('', { channelId: 'd1', kind: 'direct', directUserIds: ['ada', 'bob'], unread: 2 });
    const channels = [
      channel('général', { unread: 12 }),
      channel('dev'),
      direct,
      channel('old', { archived: true }),
      channel('été', { unread: 3, mentions: 1 }),
    ];
    const left = seen(model({ state: stateWith([], { channels }) }), broad)
      .slice(1, -2)
      .map(line => line.split('│')[0]!.trimEnd());
    expect(left.filter(Boolean)).toEqual([
      'Channels',
      '#dev',
      '#été            @1·3',
      '#général          12',
      'Direct',
      '◐ Bob              2',
      'Here 1',
      '◐ Bob',
    ]);
  });

  it('says how the line does', () => {
    const status = (fields: Partial<Model>) => seen(model(fields)).at(-2);
    expect(status({})).toBe(' ● connected Ada');
    expect(status({ presence: 'away' })).toBe(' ● connected Ada (away)');
    expect(status({ status: 'waiting', retryAt: noon + 2_400 })).toBe(' ◌ reconnecting in 3 s');
    expect(status({ status: 'connecting' })).toBe(' ◌ connecting…');
    const waiting = { status: 'waiting', retryAt: noon + 1_000, failure: 'Nobody is there.', outbox: [pending('a')] } as const;
    expect(seen(model(waiting), broad).at(-2)).toBe(' ◌ reconnecting in 1 s · 1 to send · Nobody is there.');
    expect(status({ outbox: [pending('a'), pending('b')] })).toBe(' ● connected Ada · 2 to send');
  });

  it('says who is writing', () => {
    const state = {
      ...stateWith([]),
      typing: new Map([
        [
          'dev',
          new Map([
            ['bob', noon],
            ['chloe', noon],
          ]),
        ],
      ]),
    };
    expect(seen(model({ state }), broad).at(-2)).toBe(' ● connected Ada · Bob and Chloé are writing…');
  });

  it('shows the ways to complete in place of the status', () => {
    expect(seen(model({ choices: ['/join ', '/leave '] })).at(-2)).toBe(' /join  /leave');
  });

  it('keeps the cursor on the screen, at the letter it is at', () => {
    const at = (text: string, cursor = text.length) => view(model({ draft: { text, cursor } }), narrow).cursor;
    expect(at('')).toEqual({ row: 13, column: 7 });
    expect(at('日本')).toEqual({ row: 13, column: 11 });
    expect(at('日本', 1)).toEqual({ row: 13, column: 9 });
    for (const length of [30, 32, 33, 34, 100, 1000]) expect(at('x'.repeat(length)).column).toBeLessThan(40);
    expect(seen(model({ draft: draftOf(`${'a'.repeat(100)}end`) })).at(-1)).toMatch(/^#dev › …a+end$/);
    expect(seen(model({ draft: draftOf('a\nb') })).at(-1)).toBe('#dev › a↵b');
  });

  it('fills the screen and not more, whatever its size', () => {
    const text = 'Été 日本 👍 mot-très-très-long, aïe\u00a0!\n\tfin';
    const state = stateWith(Array.from({ length: 30 }, (_, i) => message(i + 1, i % 3 ? 'Bob' : 'Chloé', text)));
    const shown = model({ state, outbox: [pending(text)], draft: draftOf(plain(text)), newAfter: 10 });
    for (let columns = 1; columns < 100; columns += 7) {
      for (let rows = 1; rows < 40; rows += 6) {
        const { lines, cursor } = view(shown, { columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(cursor.row).toBeLessThan(rows);
        expect(cursor.column).toBeLessThan(columns);
        for (const line of lines) {
          const start = line.findLastIndex(span => span.column !== undefined);
          const width = widthOf(plain(textOf(line.slice(Math.max(0, start))))) + (line[start]?.column ?? 0);
          expect(width).toBeLessThanOrEqual(columns);
        }
      }
    }
  });
});

describe('scrolling', () => {
  const many = (from: number, to: number, moreBefore = false) =>
    stateWith(
      Array.from({ length: to - from + 1 }, (_, i) => message(from + i, 'Bob', `message ${from + i}`)),
      { moreBefore },
    );
  const numbers = (shown: Model) =>
    conversation(shown)
      .flatMap(line => /message (\d+)/.exec(line)?.[1] ?? [])
      .map(Number);
  const page = (shown: Model, lines: number) => ({
    ...shown,
    anchor: scrolled(conversationRows(shown, narrow), shown.anchor, 11, lines),
  });

  it('stays where it is while messages come in above and below', () => {
    const up = page(model({ state: many(50, 100, true) }), -20);
    const before = numbers(up);
    expect(before.at(-1)).toBe(80);
    expect(numbers({ ...up, state: many(1, 150) })).toEqual(before);
  });

  it('goes no further than the beginning, with the screen full, and back to the end', () => {
    const top = page(model({ state: many(1, 30) }), -500);
    expect(conversation(top)[0]).toBe('  This is the beginning of #dev.');
    expect(numbers(top)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const end = page(top, 500);
    expect(end.anchor).toBeUndefined();
    expect(numbers(end).at(-1)).toBe(30);
  });

  it('says that there is something below', () => {
    const state = many(1, 30);
    const up = page(model({ state }), -10);
    expect(seen(up).at(-2)).toMatch(/older messages \(PageDown\)$/);
    const channels = new Map(state.channels).set('dev', channel('dev', { unread: 2 }));
    expect(seen({ ...up, state: { ...state, channels } }).at(-2)).toMatch(/2 new below \(PageDown\)$/);
  });
});

describe('text from outside', () => {
  const ownCodes = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*[mG]`, 'g');
  const hostile = '\u001b]0;owned\u0007\u001b[2J\u001b[1;1H\u009b5Aevil\u202e\r\b';

  it('brings no control character to the terminal, wherever it stands', () => {
    const base = stateWith([message(1, hostile, hostile), message(2, 'Bob', hostile, { authorId: null, authorName: hostile })], {
      channels: [
        channel('dev', { topic: hostile, name: hostile }),
        channel('', { channelId: 'd', kind: 'direct', directUserIds: ['ada', 'bob'] }),
      ],
    });
    const bob = { ...base.users.get('bob')!, name: hostile };
    const state = {
      ...base,
      me: { ...base.me, name: hostile },
      users: new Map(base.users).set('bob', bob),
      typing: new Map([['dev', new Map([['bob', noon]])]]),
    };
    const shown = model({
      state,
      failure: hostile,
      draft: draftOf(hostile),
      outbox: [pending(hostile), pending('x', { failed: new AppError('read_only_channel', { channel: hostile }) })],
      notices: [{ channelId: 'dev', afterSeq: 1, n: 1, text: hostile, error: true }],
    });
    for (const fields of [{}, { status: 'waiting', retryAt: noon } as const, { choices: [hostile] }]) {
      for (const line of view({ ...shown, ...fields }, { columns: 100, rows: 40 }).lines) {
        // Our own styles and columns, and nothing else.
        const bare = render(line, true).replace(ownCodes, '');
        expect(bare).not.toMatch(/[\p{Cc}\u202e]/u);
      }
    }
  });

  it('has styles without colours where NO_COLOR asks for it', () => {
    const line = [{ text: 'a', style: { bold: true, colour: 'red' } as const }];
    expect(render(line, true)).toBe('\u001b[1;31ma\u001b[0m');
    expect(render(line, false)).toBe('\u001b[1ma\u001b[0m');
  });
});

describe('painting', () => {
  const cursor = { row: 1, column: 2 };

  it('writes only the lines that changed', () => {
    const written = paint(['same', 'old', 'gone'], ['same', 'new'], cursor);
    expect(written).toContain('\u001b[2;1H\u001b[2Knew');
    expect(written).toContain('\u001b[3;1H\u001b[2K');
    expect(written).not.toContain('same');
    expect(written.endsWith('\u001b[2;3H\u001b[?25h')).toBe(true);
  });

  it('only sets the cursor where nothing changed', () => {
    expect(paint(['a'], ['a'], cursor)).toBe('\u001b[2;3H');
  });
});
