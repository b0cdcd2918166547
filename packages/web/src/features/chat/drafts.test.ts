import { expect, test, vi } from 'vitest';
import { keptIn } from '../../app/kept.ts';
import { draftsOf } from './drafts.ts';

function memory(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
}

test('a draft survives a reload and belongs to one person and one channel', () => {
  const storage = memory();
  draftsOf(
    'alice',
    keptIn(() => storage),
  ).write('c1', 'half a sent');
  const reloaded = draftsOf(
    'alice',
    keptIn(() => storage),
  );
  expect(reloaded.read('c1')).toBe('half a sent');
  expect(reloaded.read('c2')).toBe('');
  expect([...reloaded.channels()]).toEqual(['c1']);
  expect(
    draftsOf(
      'bob',
      keptIn(() => storage),
    ).read('c1'),
  ).toBe('');
});

test('an emptied draft leaves nothing behind, and spaces alone are no draft', () => {
  const storage = memory();
  const drafts = draftsOf(
    'alice',
    keptIn(() => storage),
  );
  drafts.write('c1', 'text');
  drafts.write('c1', '');
  drafts.write('c2', '  \n ');
  const reloaded = draftsOf(
    'alice',
    keptIn(() => storage),
  );
  expect(reloaded.read('c1')).toBe('');
  expect(reloaded.channels().size).toBe(0);
});

test('listeners hear that a channel has a draft or has none any more, not every letter', () => {
  const drafts = draftsOf('alice', keptIn(memory));
  const heard = vi.fn();
  drafts.subscribe(heard);
  drafts.write('c1', 'a');
  drafts.write('c1', 'ab');
  expect(heard).toHaveBeenCalledTimes(1);
  drafts.write('c1', '');
  expect(heard).toHaveBeenCalledTimes(2);
});

test('where the browser keeps nothing, a draft still survives a change of channel', () => {
  const refusing = keptIn(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  const drafts = draftsOf('alice', refusing);
  drafts.write('c1', 'text');
  expect(drafts.read('c1')).toBe('text');
});
