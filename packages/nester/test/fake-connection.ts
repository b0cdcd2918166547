import type { UserActor } from '../src/context.ts';
import { Connection, type ConnectionKeeper } from '../src/doors/connection.ts';

/** A connection whose transport is an array, and whose backlog the test sets. */
export function fakeConnection(keeper: Partial<ConnectionKeeper> = {}, slowMs = 1_000_000, address = '127.0.0.1') {
  const sent: string[] = [];
  const pipe = {
    backlog: 0,
    closed: undefined as string | undefined,
    destroyed: false,
    write: (data: Buffer | string) => void sent.push(String(data)),
    writeParts: (parts: readonly (Buffer | string)[]) => void sent.push(parts.map(String).join('')),
    pause: () => undefined,
    resume: () => undefined,
    close(reason: string) {
      pipe.closed = reason;
    },
    destroy() {
      pipe.destroyed = true;
    },
  };
  const nothing = () => undefined;
  const connection = new Connection({
    door: 'tcp',
    address,
    agent: '',
    at: 0,
    pipe,
    keeper: {
      settled: nothing,
      loggedIn: nothing,
      probeLoggedIn: nothing,
      guestLeft: nothing,
      followLog: nothing,
      unfollow: nothing,
      ...keeper,
    },
    slowMs,
  });
  connection.dialect = 'framed';
  return { connection, pipe, sent, lines: () => sent.join('').split('\n').filter(Boolean) };
}

export function actor(userId: string, name = userId): UserActor {
  return { kind: 'user', userId, name, role: 'member', language: 'en', sessionId: `s-${userId}`, deviceId: `d-${userId}` };
}
