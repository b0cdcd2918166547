import { EventEmitter } from 'node:events';
import type net from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '../config.ts';
import { acceptLines, type LineDoorParts } from './tcp.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A socket that only remembers whether it was ended or destroyed. */
class FakeSocket extends EventEmitter {
  ended = false;
  destroyed = false;
  writableLength = 0;
  setNoDelay() {}
  pause() {}
  resume() {}
  write() {}
  end() {
    this.ended = true;
  }
  destroy() {
    this.destroyed = true;
  }
}

function accept(door: 'tcp' | 'local', hasRoom: boolean): FakeSocket {
  const socket = new FakeSocket();
  const nothing = () => undefined;
  const { limits } = readConfig({ limits: { lineSeconds: 30, pendingBytes: 1_000_000 } }, {});
  const hub = { hasRoom: () => hasRoom, opened: nothing, closed: nothing };
  acceptLines({ hub, limits, now: Date.now } as unknown as LineDoorParts, socket as unknown as net.Socket, door, '192.0.2.7');
  return socket;
}

it('gives each line its own time, however the stream is cut', () => {
  const socket = accept('tcp', true);
  // Every piece finishes a line and ends in the middle of the next.
  socket.emit('data', Buffer.from('{'));
  for (let i = 0; i < 9; i++) {
    vi.advanceTimersByTime(10_000);
    socket.emit('data', Buffer.from('}\n{'));
  }
  expect(socket.ended).toBe(false);
  vi.advanceTimersByTime(30_000);
  expect(socket.ended).toBe(true);
});

it('lets the machine itself in when there is no room for others', () => {
  expect(accept('tcp', false).destroyed).toBe(true);
  expect(accept('local', false).destroyed).toBe(false);
});
