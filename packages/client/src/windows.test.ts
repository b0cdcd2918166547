import type { EventFrame } from '@aerie/contract';
import { expect, test } from 'vitest';
import { message, said } from '../test/fake-server.ts';
import { joinPage, type Window, windowAfter } from './windows.ts';

const held: Window = { messages: [message(5), message(7)], moreBefore: true, moreAfter: false };
const seqs = (window: Window | undefined) => window?.messages.map(({ seq }) => seq);

test('older messages join at the front, once each', () => {
  const joined = joinPage(held, { messages: [message(3), message(5)], moreBefore: false, moreAfter: true }, 'before');
  expect(seqs(joined)).toEqual([3, 5, 7]);
  expect(joined).toMatchObject({ moreBefore: false, moreAfter: false });
});

test('newer messages join at the end', () => {
  const joined = joinPage({ ...held, moreAfter: true }, { messages: [message(9)], moreBefore: true, moreAfter: false }, 'after');
  expect(seqs(joined)).toEqual([5, 7, 9]);
  expect(joined).toMatchObject({ moreBefore: true, moreAfter: false });
});

test('a page has nothing to join when no window is held', () => {
  expect(joinPage(undefined, held, 'before')).toBeUndefined();
  expect(joinPage(undefined, held, 'replace')).toEqual(held);
});

test('a page that brings nothing changes nothing', () => {
  expect(joinPage(held, { messages: [], moreBefore: true, moreAfter: true }, 'before')).toBe(held);
});

test('a new message joins, unless messages are missing before it', () => {
  expect(seqs(windowAfter(held, said(9)))).toEqual([5, 7, 9]);
  const cut = { ...held, moreAfter: true };
  expect(windowAfter(cut, said(9))).toBe(cut);
});

test('a message that the page of history had already stays as it is', () => {
  expect(windowAfter(held, said(7))).toBe(held);
  const ahead: Window = { ...held, messages: [message(5, { content: 'edited', editedAt: 2_000 })] };
  expect(windowAfter(ahead, said(5))).toBe(ahead);
});

test('a message from before the window stays out of it', () => {
  expect(windowAfter(held, said(3))).toBe(held);
  expect(seqs(windowAfter({ ...held, moreBefore: false }, said(3)))).toEqual([3, 5, 7]);
});

test('an edit replaces in place; of a message never seen it changes nothing', () => {
  const edit = (seq: number): EventFrame => ({ event: 'message.edited', message: message(seq, { content: 'new', editedAt: 9 }) });
  expect(windowAfter(held, edit(5)).messages.map(({ content }) => content)).toEqual(['new', 'text 7']);
  expect(windowAfter(held, edit(6))).toBe(held);
});

test('a deleted message goes; one never seen changes nothing', () => {
  const gone = (seq: number): EventFrame => ({
    event: 'message.deleted',
    channelId: 'general',
    messageId: `m${seq}`,
    messageSeq: seq,
    authorId: 'bob',
  });
  expect(seqs(windowAfter(held, gone(5)))).toEqual([7]);
  expect(windowAfter(held, gone(6))).toBe(held);
});
