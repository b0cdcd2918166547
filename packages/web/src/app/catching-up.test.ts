import type { EventFrame } from '@aerie/contract';
import { expect, test } from 'vitest';
import { catchingUp } from './catching-up.ts';

const contacted = (siteId: string): EventFrame => ({ event: 'site.contacted', siteId, lastContactAt: 1, connected: true, spoolDepth: 0 });
const noted = (list: readonly string[], frame: EventFrame) => (frame.event === 'site.contacted' ? [...list, frame.siteId] : list);

/** A source of events as the connection is one. */
function source() {
  const listeners = new Set<(frame: EventFrame) => void>();
  return {
    listeners,
    emit: (frame: EventFrame) => {
      for (const listener of listeners) listener(frame);
    },
    onEvent: (listener: (frame: EventFrame) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

test('what came while a list was on its way is applied to it, in order', async () => {
  const events = source();
  const answer = Promise.withResolvers<readonly string[]>();
  const caught = catchingUp<readonly string[]>(events, () => answer.promise, noted);
  events.emit(contacted('a'));
  answer.resolve(['listed']);
  // In the same breath as the answer.
  events.emit(contacted('b'));
  expect(await caught).toEqual(['listed', 'a', 'b']);
  expect(events.listeners.size).toBe(0);
});

test('a list that does not come leaves nobody listening', async () => {
  const events = source();
  await expect(catchingUp(events, () => Promise.reject(new Error('lost')), noted)).rejects.toThrow('lost');
  expect(events.listeners.size).toBe(0);
});
