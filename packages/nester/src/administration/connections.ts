import type { LiveConnectionRecord } from '@aerie/contract';
import type { Actor, Caller } from '../context.ts';

/** A connection that is open now, as the doors know it. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly dialect: LiveConnectionRecord['dialect'];
  readonly actor: Actor;
  readonly caller: Caller;
  readonly openedAt: number;
}

/** All connections that are open now: whoever keeps them answers for them. */
export interface OpenConnections {
  open(): Iterable<OpenConnection>;
  /** Closes one, if it is still there, telling it why. */
  closeOne(connectionId: string, why: string): void;
}

/** Nobody is connected to a store that no server runs on. */
export const noConnections: OpenConnections = { open: () => [], closeOne() {} };

/** A connection as administration sees it. `own` is whoever looks. */
export function connectionRecord(connection: OpenConnection, own: { actor: Actor; caller: Caller }): LiveConnectionRecord {
  const { connectionId, dialect, actor, caller, openedAt } = connection;
  return {
    connectionId,
    door: caller.door,
    dialect,
    address: caller.address,
    agent: caller.agent,
    since: openedAt,
    // A program with a token never keeps a connection.
    who: actor.kind === 'local' || actor.kind === 'token' ? 'anyone' : actor.kind,
    userId: actor.kind === 'user' ? actor.userId : null,
    name: nameOf(actor),
    current: connectionId === own.caller.connection?.connectionId || (actor.kind === 'user' && actor.sessionId === sessionOf(own.actor)),
  };
}

/** Whom a connection acts as, in a word; empty for a stranger. */
export function nameOf(actor: Actor): string {
  return 'name' in actor ? actor.name : '';
}

function sessionOf(actor: Actor): string | undefined {
  return actor.kind === 'user' ? actor.sessionId : undefined;
}

/** By door, and at each the oldest first. */
export function inOrder(a: LiveConnectionRecord, b: LiveConnectionRecord): number {
  if (a.door === b.door) return a.since - b.since;
  return a.door < b.door ? -1 : 1;
}
