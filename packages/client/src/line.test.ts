import type { EventFrame } from '@aerie/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Line } from './line.ts';
import type { TransportEvents } from './transport.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A line whose other end is this test; it takes no frame before it is open, like a WebSocket. */
function opened() {
  const sent: string[] = [];
  let on: TransportEvents | undefined;
  let isOpen = false;
  const lost: (number | undefined)[] = [];
  const events: EventFrame[] = [];
  const line = new Line(
    events => {
      on = events;
      return {
        send(text) {
          if (!isOpen) throw new Error('not open yet');
          sent.push(text);
        },
        close: () => {},
      };
    },
    Date.now,
    { open: () => {}, event: frame => events.push(frame), lost: code => lost.push(code), batch: work => work() },
  );
  const open = () => {
    isOpen = true;
    on!.open();
  };
  return { line, sent, lost, events, open, hear: (text: string) => on!.text(text) };
}

it('is not asked whether it holds while it is being opened', () => {
  const { line, sent, lost, open } = opened();
  line.doubt();
  expect(sent).toEqual([]);
  open();
  line.doubt();
  expect(sent.map(text => JSON.parse(text))).toMatchObject([{ do: 'session.show' }]);
  expect(lost).toEqual([]);
});

it('is lost when it does not open in time, doubted or not', () => {
  const { line, lost } = opened();
  line.doubt();
  vi.advanceTimersByTime(10_000);
  expect(lost).toEqual([undefined]);
});

it('hears a brief message as everybody else hears it', () => {
  const { events, open, hear } = opened();
  open();
  hear('{"seq":7,"said":["m","c",null,"zoé (guest)","hé",5]}\n{"seq":8,"event":"user.updated"}\n{"seq":9,"said":"no"}\n');
  expect(events).toEqual([
    {
      seq: 7,
      event: 'message.created',
      message: {
        messageId: 'm',
        channelId: 'c',
        seq: 7,
        authorId: null,
        authorName: 'zoé (guest)',
        content: 'hé',
        createdAt: 5,
        editedAt: null,
      },
    },
    { seq: 8, event: 'user.updated' },
  ]);
});
