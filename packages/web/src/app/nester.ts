import { Connection, type HttpCaller, httpCaller, webSocketTransport } from '@aerie/client';
import type { CommandInput, CommandOutput, Me } from '@aerie/contract';
import { createStore, type Store } from './store.ts';

export type ServerInfo = CommandOutput<'server.show'>;

/** Why somebody who was logged in no longer is. */
export type EndReason = 'logged_out' | 'ended' | 'disabled' | 'password_changed' | 'kicked' | 'banned';

/** Whether somebody is logged in, and how to reach the server for them. */
export type Session =
  | { phase: 'starting' }
  | { phase: 'unreachable' }
  | { phase: 'out'; server: ServerInfo; why?: EndReason }
  | {
      phase: 'in';
      server: ServerInfo;
      me: Me;
      connection: Connection;
      /** Came in through this very page, and not by a cookie from before. */
      fresh: boolean;
    };

/** The one Nester that this page came from. */
export interface Nester {
  session: Store<Session>;
  call: HttpCaller['call'];
  /** Asks who is here; called at the start and after the server could not be reached. */
  start(): Promise<void>;
  /** Logs in with a command that answers a session: the password, an invitation, the first set-up. */
  enter<K extends 'session.logIn' | 'setup.complete' | 'invitation.accept'>(command: K, input: CommandInput<K>): Promise<void>;
  leave(): Promise<void>;
}

function isLoggedOut(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'session_ended' || code === 'not_logged_in';
}

/** Waits until a new connection knows whether somebody is logged in: its state, or why there is none. */
function settled(connection: Connection): Promise<Me | 'nobody' | 'unreachable'> {
  return new Promise(resolve => {
    const look = () => {
      const { status, state } = connection;
      if (!state && status === 'connecting') return;
      forget();
      resolve(state ? state.me : status === 'ended' ? 'nobody' : 'unreachable');
    };
    const forget = connection.subscribe(look);
  });
}

/** Speaks to the Nester at an origin. A cookie holds the session; the page keeps nothing secret. */
export function createNester(origin: string): Nester {
  const session = createStore<Session>({ phase: 'starting' });
  const http = httpCaller('');
  const connect = () => {
    const connection = new Connection({ open: webSocketTransport(`${origin.replace(/^http/, 'ws')}/api/ws`) });
    connection.start();
    return connection;
  };

  const begin = (connection: Connection, me: Me, server: ServerInfo, fresh: boolean) => {
    let why: EndReason = 'ended';
    connection.onEvent(frame => {
      if (frame.event === 'session.ended' && frame.reason !== 'stopping') why = frame.reason;
    });
    connection.subscribe(() => {
      if (connection.status === 'ended') end(why);
    });
    session.set({ phase: 'in', server, me, connection, fresh });
  };

  const end = (why: EndReason) => {
    const held = session.get();
    if (held.phase !== 'in') return;
    session.set({ phase: 'out', server: held.server, why });
    held.connection.stop();
  };

  return {
    session,
    call: async (name, input) => {
      try {
        return await http.call(name, input);
      } catch (error) {
        if (isLoggedOut(error)) end('ended');
        throw error;
      }
    },
    start: async () => {
      // The line asks who is here: without a session it is simply ended, and nothing is reported as an error.
      const connection = connect();
      const [me, server] = await Promise.all([settled(connection), http.call('server.show', {}).catch(() => undefined)]);
      if (typeof me === 'object' && server) return begin(connection, me, server, false);
      connection.stop();
      session.set(server && me === 'nobody' ? { phase: 'out', server } : { phase: 'unreachable' });
    },
    enter: async (command, input) => {
      const { me } = await http.call(command, input);
      // The set-up may just have been done: what the server says of itself is asked again.
      const server = await http.call('server.show', {});
      begin(connect(), me, server, true);
    },
    leave: async () => {
      await http.call('session.logOut', {});
      end('logged_out');
    },
  };
}
