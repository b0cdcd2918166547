import type { ClientState, Connection, Pending, Status } from '@aerie/client';
import type { Me } from '@aerie/contract';
import { createContext, useContext, useSyncExternalStore } from 'react';
import { calmly } from './calmly.ts';
import type { Nester } from './nester.ts';

export const NesterContext = createContext<Nester | undefined>(undefined);
export const ConnectionContext = createContext<Connection | undefined>(undefined);

/** The server that this page came from. */
export function useNester(): Nester {
  const nester = useContext(NesterContext);
  if (!nester) throw new Error('useNester outside NesterContext');
  return nester;
}

/** The live connection of whoever is logged in. */
export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error('useConnection outside ConnectionContext');
  return connection;
}

const calm = new WeakMap<Connection, ReturnType<typeof calmly>>();

/** How to listen to a connection, at most once a frame. */
function changes(connection: Connection): ReturnType<typeof calmly> {
  let subscribe = calm.get(connection);
  if (!subscribe) {
    subscribe = calmly(listener => connection.subscribe(listener));
    calm.set(connection, subscribe);
  }
  return subscribe;
}

/** A part of the live state. `select` must answer the same object while nothing of it changes. Only below the gate that waits for the state. */
export function useLive<T>(select: (state: ClientState) => T): T {
  const connection = useConnection();
  return useSyncExternalStore(changes(connection), () => {
    if (!connection.state) throw new Error('useLive before the first snapshot');
    return select(connection.state);
  });
}

export function useMe(): Me {
  return useLive(state => state.me);
}

export function useStatus(): { status: Status; retryAt: number | undefined } {
  const connection = useConnection();
  const subscribe = changes(connection);
  const status = useSyncExternalStore(subscribe, () => connection.status);
  const retryAt = useSyncExternalStore(subscribe, () => connection.retryAt);
  return { status, retryAt };
}

/** What was said and has not arrived yet. */
export function useOutbox(): readonly Pending[] {
  const connection = useConnection();
  return useSyncExternalStore(changes(connection), () => connection.outbox);
}
