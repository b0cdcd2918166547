import type { Connection } from '@aerie/client';
import type { EventFrame } from '@aerie/contract';

/** Asks for a list and applies to it the events that came while it was on its way, so that none falls between the two. */
export async function catchingUp<T>(
  connection: Pick<Connection, 'onEvent'>,
  ask: () => Promise<T>,
  after: (list: T, frame: EventFrame) => T,
): Promise<T> {
  const meanwhile: EventFrame[] = [];
  const forget = connection.onEvent(frame => meanwhile.push(frame));
  try {
    return meanwhile.reduce(after, await ask());
  } finally {
    forget();
  }
}
