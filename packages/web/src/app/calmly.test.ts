import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { calmly } from './calmly.ts';

let frames: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => {
    frames[id - 1] = () => {};
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function source() {
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change: () => {
      for (const listener of listeners) listener();
    },
    listeners,
  };
}

const draw = () => {
  for (const frame of frames.splice(0)) frame();
};

test('many changes before a frame are told once, with it', () => {
  const { subscribe, change } = source();
  const heard = vi.fn();
  calmly(subscribe)(heard);
  change();
  change();
  expect(heard).not.toHaveBeenCalled();
  draw();
  expect(heard).toHaveBeenCalledTimes(1);
  change();
  draw();
  expect(heard).toHaveBeenCalledTimes(2);
});

test('a page without frames is told all the same, and not twice', () => {
  const { subscribe, change } = source();
  const heard = vi.fn();
  calmly(subscribe)(heard);
  change();
  vi.advanceTimersByTime(100);
  expect(heard).toHaveBeenCalledTimes(1);
  draw();
  expect(heard).toHaveBeenCalledTimes(1);
});

test('the source is listened to once, and let go with the last listener', () => {
  const { subscribe, listeners } = source();
  const calm = calmly(subscribe);
  const first = calm(() => {});
  const second = calm(() => {});
  expect(listeners.size).toBe(1);
  first();
  expect(listeners.size).toBe(1);
  second();
  expect(listeners.size).toBe(0);
});
