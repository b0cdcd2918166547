import type { Message } from '@aerie/contract';
import { expect, test } from 'vitest';
import { timelineItems } from './timeline-items.ts';

const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();

function said(seq: number, authorId: string, at: number, nonce?: string): Message {
  return {
    messageId: `m${seq}`,
    channelId: 'c',
    seq,
    authorId,
    authorName: authorId,
    content: `${seq}`,
    createdAt: at,
    editedAt: null,
    nonce,
  };
}

const base = { moreBefore: false, moreAfter: false, pending: [], meId: 'me', newAfter: undefined };
const shape = (items: ReturnType<typeof timelineItems>) =>
  items.map(item => (item.kind === 'message' || item.kind === 'pending' ? `${item.kind}${item.joined ? '+' : ''}` : item.kind)).join(' ');

test('messages of one person in a row join, another person or a pause begins anew', () => {
  const messages = [
    said(1, 'a', noon),
    said(2, 'a', noon + 60_000),
    said(3, 'b', noon + 70_000),
    said(4, 'a', noon + 80_000),
    said(5, 'a', noon + 600_000),
  ];
  expect(shape(timelineItems({ ...base, messages }))).toBe('start day message message+ message message message');
});

test('guests of the same name join, guests of different names do not', () => {
  const guest = (seq: number, name: string) => ({ ...said(seq, name, noon), authorId: null });
  expect(shape(timelineItems({ ...base, messages: [guest(1, 'x'), guest(2, 'x'), guest(3, 'y')] }))).toBe(
    'start day message message+ message',
  );
});

test('a day line stands where the local day changes, and ends a block', () => {
  const midnight = new Date(2026, 10, 22, 0, 0, 0).getTime();
  const items = timelineItems({ ...base, messages: [said(1, 'a', midnight - 60_000), said(2, 'a', midnight + 60_000)] });
  expect(shape(items)).toBe('start day message day message');
});

test('the line of what is new stands once, before the first message of others after the marker', () => {
  const messages = [said(1, 'a', noon), said(2, 'me', noon + 1), said(3, 'a', noon + 2), said(4, 'a', noon + 3)];
  expect(shape(timelineItems({ ...base, messages, newAfter: 1 }))).toBe('start day message message new message message+');
  expect(shape(timelineItems({ ...base, messages, newAfter: 4 }))).not.toContain('new');
  expect(shape(timelineItems({ ...base, messages: [said(1, 'a', noon), said(2, 'me', noon)], newAfter: 1 }))).not.toContain('new');
});

test('on the first visit everything is new, and no line says so', () => {
  expect(shape(timelineItems({ ...base, messages: [said(4, 'a', noon)], newAfter: 2 }))).not.toContain('new');
});

test('while the last message read is not held, the line’s place is not known, and it does not stand', () => {
  const messages = [said(8, 'a', noon), said(9, 'a', noon)];
  expect(shape(timelineItems({ ...base, messages, newAfter: 5, moreBefore: true }))).not.toContain('new');
  expect(shape(timelineItems({ ...base, messages: [said(5, 'a', noon), ...messages], newAfter: 5, moreBefore: true }))).toBe(
    'message new message message+',
  );
});

test('while there is more before, neither the beginning nor the first day line stands: the message itself is first', () => {
  expect(shape(timelineItems({ ...base, messages: [said(9, 'a', noon)], moreBefore: true }))).toBe('message');
});

test('a message that stood first keeps its head when those before it come in', () => {
  const messages = [said(1, 'a', noon), said(2, 'a', noon + 1_000), said(3, 'a', noon + 2_000)];
  expect(shape(timelineItems({ ...base, messages, apart: new Set(['m2']) }))).toBe('start day message message message+');
});

test('rows keep their keys when older messages come in above them', () => {
  const day = 86_400_000;
  const later = [said(11, 'a', noon), said(12, 'b', noon + day), said(13, 'b', noon + 2 * day)];
  const older = [said(1, 'a', noon - day), said(2, 'b', noon)];
  const before = timelineItems({ ...base, messages: later, moreBefore: true }).map(item => item.key);
  const after = timelineItems({ ...base, messages: [...older, ...later] }).map(item => item.key);
  expect(after.slice(-before.length)).toEqual(before);
});

test('what is on its way stands at the end, and not twice once it has arrived, under the same key', () => {
  const pending = [{ nonce: 'n1', channelId: 'c', content: 'hello', at: noon + 1000 }];
  const before = timelineItems({ ...base, messages: [said(1, 'me', noon)], pending });
  expect(shape(before)).toBe('start day message pending+');
  const after = timelineItems({ ...base, messages: [said(1, 'me', noon), said(2, 'me', noon + 1000, 'n1')], pending });
  expect(shape(after)).toBe('start day message message+');
  expect(after.at(-1)?.key).toBe(before.at(-1)?.key);
});

test('where later messages are not held, nothing pretends to stand at the end', () => {
  const pending = [{ nonce: 'n1', channelId: 'c', content: 'hello', at: noon }];
  expect(shape(timelineItems({ ...base, messages: [said(1, 'a', noon)], moreAfter: true, pending }))).toBe('start day message');
});

test('a clock that runs behind does not put what is on its way before the last message’s day', () => {
  const pending = [{ nonce: 'n1', channelId: 'c', content: 'hello', at: noon - 86_400_000 }];
  expect(shape(timelineItems({ ...base, messages: [said(1, 'a', noon)], pending }))).toBe('start day message pending');
});

test('keys are unique', () => {
  const messages = Array.from({ length: 50 }, (_, index) => said(index + 1, index % 3 ? 'a' : 'b', noon + index * 3_600_000));
  const keys = timelineItems({ ...base, messages, newAfter: 20 }).map(item => item.key);
  expect(new Set(keys).size).toBe(keys.length);
});
