import { Connection, type HttpCaller, httpCaller, webSocketTransport } from '@aerie/client';
import type { CommandInput, CommandOutput, Me } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import { createStore, type Store } from './store.ts';

export type ServerInfo = CommandOutput<'server.show'>;

/** Why somebody who was logged in no longer is. */
export type EndReason = 'logged_out' | 'ended' | 'disabled' | 'password_changed' | 'kicked' | 'banned';

export interface Ending {
  reason: EndReason;
  /** In the words of who did it; empty where nobody said anything. */
  why: string;
  until?: number | undefined;
}

/** Whether somebody is logged in, and how to reach the server for them. */
export type Session =
  | { phase: 'starting' }
  | { phase: 'unreachable' }
  /** The server lets nobody in from here for a time: the address is banned. */
  | { phase: 'shut'; error: AppError }
  | { phase: 'out'; server: ServerInfo; ending?: Ending }
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
  /** Goes from the page that says why one was put out to the log-in. */
  toLogIn(): void;
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
    let ending: Ending = { reason: 'ended', why: '' };
    connection.onEvent(frame => {
      if (frame.event !== 'session.ended' || frame.reason === 'stopping') return;
      ending = { reason: frame.reason, why: frame.why ?? '', until: frame.until };
    });
    connection.subscribe(() => {
      if (connection.status === 'ended') end(ending);
    });
    session.set({ phase: 'in', server, me, connection, fresh });
  };

  const end = (ending: Ending) => {
    const held = session.get();
    if (held.phase !== 'in') return;
    session.set({ phase: 'out', server: held.server, ending });
    held.connection.stop();
  };

  return {
    session,
    call: async (name, input) => {
      try {
        return await http.call(name, input);
      } catch (error) {
        if (isLoggedOut(error)) end({ reason: 'ended', why: '' });
        throw error;
      }
    },
    start: async () => {
      // The line asks who is here: without a session it is simply ended, and nothing is reported as an error.
      const connection = connect();
      const asked = http.call('server.show', {}).catch((error: unknown) => error);
      const [me, answer] = await Promise.all([settled(connection), asked]);
      if (answer instanceof AppError && answer.code === 'banned') {
        connection.stop();
        return session.set({ phase: 'shut', error: answer });
      }
      const server = answer instanceof Error ? undefined : (answer as ServerInfo);
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
    toLogIn: () => {
      const held = session.get();
      if (held.phase === 'out') session.set({ phase: 'out', server: held.server });
    },
    leave: async () => {
      await http.call('session.logOut', {});
      end({ reason: 'logged_out', why: '' });
    },
  };
}
