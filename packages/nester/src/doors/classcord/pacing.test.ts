import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apartMs, busyMessages, busyMs, calmMs, mostWaiting, Pacing } from './pacing.ts';

interface Write {
  at: number;
  lines: number[];
}

function paced() {
  const writes: Write[] = [];
  const pacing = new Pacing(bytes => writes.push({ at: performance.now(), lines: bytes.toString().trim().split('\n').map(Number) }));
  let last = 0;
  /** Pushes that many lines at once, numbered. */
  const push = (count: number, areMessages = false) =>
    pacing.push(Buffer.from(Array.from({ length: count }, () => `${++last}\n`).join('')), areMessages);
  let lastAnswer = 0;
  /** Answers, by numbers below zero. */
  const answer = () => {
    const text = `${--lastAnswer}\n`;
    if (pacing.takes(text)) return;
    pacing.answered();
    writes.push({ at: performance.now(), lines: [lastAnswer] });
  };
  return { answer, pacing, writes, push, all: () => writes.flatMap(write => write.lines), last: () => last };
}

describe('Pacing', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends a line that comes alone at once', () => {
    const { writes, push } = paced();
    for (let i = 0; i < 5; i++) {
      const at = performance.now();
      push(1);
      expect(writes.at(-1)).toEqual({ at, lines: [i + 1] });
      vi.advanceTimersByTime(apartMs);
    }
  });

  it('keeps lines apart that come together, and a notice apart from the answer before it', () => {
    const { answer, writes, push } = paced();
    const start = performance.now();
    answer();
    push(3);
    vi.advanceTimersByTime(100);
    expect(writes.map(({ at, lines }) => [at - start, ...lines])).toEqual([
      [0, -1],
      [15, 1],
      [30, 2],
      [45, 3],
    ]);
  });

  it('keeps an answer apart from the line before it, and before those that wait', () => {
    const { answer, writes, push } = paced();
    const start = performance.now();
    push(2);
    answer();
    vi.advanceTimersByTime(100);
    answer();
    answer();
    expect(writes.map(({ at, lines }) => [at - start, ...lines])).toEqual([
      [0, 1],
      [15, -1],
      [30, 2],
      [100, -2],
      [100, -3],
    ]);
  });

  it('writes a flood whole, goes on with lines as they come, and paces again once it was calm', () => {
    const { writes, push } = paced();
    push(mostWaiting);
    expect(writes).toHaveLength(1);
    push(40);
    expect(writes.flatMap(write => write.lines)).toHaveLength(mostWaiting + 40);
    push(7);
    expect(writes.at(-1)!.lines).toHaveLength(7);
    vi.advanceTimersByTime(calmMs);
    push(2);
    expect(writes.at(-1)!.lines).toHaveLength(1);
  });

  it('slows no programs down that wait for each other', () => {
    const { writes, push } = paced();
    const start = performance.now();
    let heard = 0;
    // The next message is said as soon as the one before was heard.
    for (let i = 0; i < 500; i++) {
      push(1, true);
      while (writes.length === heard) vi.advanceTimersByTime(1);
      heard = writes.length;
      vi.advanceTimersByTime(1);
    }
    expect(performance.now() - start).toBeLessThan(500 + (busyMessages + 1) * apartMs);
  });

  it('holds lines back until it is released, then one at a time', () => {
    const { pacing, writes, push } = paced();
    pacing.hold();
    push(1);
    push(2);
    vi.advanceTimersByTime(5_000);
    expect(writes).toEqual([]);
    pacing.release();
    vi.advanceTimersByTime(100);
    expect(writes.map(write => write.lines)).toEqual([[1], [2], [3]]);
  });

  it('keeps its distance from an answer that went out when the client logged in again', () => {
    const { answer, pacing, writes, push } = paced();
    push(1);
    answer();
    vi.advanceTimersByTime(1);
    pacing.hold();
    push(1);
    pacing.release();
    vi.advanceTimersByTime(100);
    expect(writes.map(({ at, lines }) => [at - writes[0]!.at, lines])).toEqual([
      [0, [1]],
      [1, [-1]],
      [1 + apartMs, [2]],
    ]);
  });

  it('sends what waits before the end, but nothing that a window does not listen to', () => {
    const { pacing, push, all } = paced();
    push(3);
    pacing.flush();
    expect(all()).toEqual([1, 2, 3]);
    pacing.hold();
    push(1);
    pacing.flush();
    pacing.stop();
    vi.advanceTimersByTime(5_000);
    expect(all()).toEqual([1, 2, 3]);
  });

  it('whatever comes when: every line once, in order, soon, and one by one unless there were too many', () => {
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 5 }), areMessages: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 150 }), areMessages: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 200 }) }) },
      { weight: 1, arbitrary: fc.constant({ answer: true }) },
      { weight: 1, arbitrary: fc.constant({ hold: true }) },
      { weight: 2, arbitrary: fc.constant({ release: true }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), actions => {
        const { answer, pacing, writes, push, all, last } = paced();
        let held = false;
        const logsInAt = new Set<number>();
        const messages: { at: number; count: number }[] = [];
        const busy = (at: number) =>
          messages.filter(one => one.at > at - busyMs && one.at <= at).reduce((sum, one) => sum + one.count, 0) > busyMessages;
        for (const one of actions) {
          if ('push' in one) {
            if (one.areMessages) messages.push({ at: performance.now(), count: one.push });
            push(one.push, one.areMessages);
          }
          if ('wait' in one) vi.advanceTimersByTime(one.wait);
          if ('answer' in one) answer();
          if ('hold' in one || 'release' in one) {
            held = 'hold' in one;
            if (held) logsInAt.add(performance.now());
            if (held) pacing.hold();
            else pacing.release();
          }
          if (!held) expect(pacing.waiting).toBeLessThanOrEqual(mostWaiting);
        }
        pacing.release();
        vi.advanceTimersByTime(apartMs * (mostWaiting + 1));
        expect(all().filter(one => one > 0)).toEqual(Array.from({ length: last() }, (_, i) => i + 1));
        const answers = all().filter(one => one < 0);
        expect(answers).toEqual(answers.map((_, i) => -1 - i));
        expect(answers).toHaveLength(actions.filter(one => 'answer' in one).length);
        let floodUntil = Number.NEGATIVE_INFINITY;
        writes.forEach(({ at, lines }, i) => {
          const apart = at - (writes[i - 1]?.at ?? Number.NEGATIVE_INFINITY) >= apartMs;
          const isAnswer = lines.every(one => one < 0);
          // An answer may follow an answer; one that waited goes out when the client logs in again.
          if (isAnswer && (lines.length > 1 || writes[i - 1]?.lines.every(one => one < 0) || logsInAt.has(at))) return;
          const isFlood = at < floodUntil || lines.length > 1 || busy(at);
          if (!isFlood) expect([lines.length, apart]).toEqual([1, true]);
          else floodUntil = at + calmMs;
        });
      }),
    );
  });
});
