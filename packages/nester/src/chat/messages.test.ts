import { limits } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import type { MessageTable } from '../store/schema.ts';
import { cleanContent, pageOf } from './messages.ts';

function row(seq: number, content = 'text'): MessageTable {
  const [id, at] = [`m${seq}`, 1];
  return {
    seq,
    message_id: id,
    channel_id: 'x',
    author_id: 'ann',
    author_name: 'ann',
    device_id: 'd',
    nonce: null,
    content,
    created_at: at,
    edited_at: null,
    deleted_at: null,
    card: null,
    mentions: null,
  };
}

const rows = (from: number, to: number, content?: string) => Array.from({ length: to - from + 1 }, (_, i) => row(from + i, content));
const seqs = (page: { messages: { seq: number }[] }) => page.messages.map(message => message.seq);

describe('pageOf', () => {
  it('cuts what was read beyond the limits, on the far side of each', () => {
    const page = pageOf(rows(1, 4), rows(5, 8), 3, 3);
    expect(seqs(page)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(page).toMatchObject({ moreBefore: true, moreAfter: true });
    expect(pageOf(rows(1, 3), [], 3, 0)).toMatchObject({ moreBefore: false, moreAfter: false });
  });

  it('holds fewer long messages, the nearest ones, and says that there are more', () => {
    const long = 'x'.repeat(limits.pageChars / 4);
    const older = pageOf(rows(1, 10, long), [], 10, 0);
    expect(seqs(older)).toEqual([7, 8, 9, 10]);
    expect(older).toMatchObject({ moreBefore: true, moreAfter: false });
    const newer = pageOf([], rows(1, 10, long), 0, 10);
    expect(seqs(newer)).toEqual([1, 2, 3, 4]);
    expect(newer).toMatchObject({ moreBefore: false, moreAfter: true });
  });

  it('always holds one, however long', () => {
    expect(seqs(pageOf([row(1, 'x'.repeat(limits.pageChars + 1))], [], 1, 0))).toEqual([1]);
  });
});

describe('cleanContent', () => {
  it('is well-formed and has no NUL', () => {
    expect(cleanContent('a\0b\ud800c')).toBe('ab\ufffdc');
  });
});
