import { Connection, type OpenTransport } from '@aerie/client';
import type { Me } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import { Failure } from '../failure.ts';
import { agent } from '../version.ts';
import type { Endpoint } from './dial.ts';
import { lineTransport } from './lines.ts';
import { webSocketTransport } from './web-socket.ts';

/** A connection to a server, and why its last attempt failed. */
export interface Session {
  readonly url: string;
  readonly connection: Connection;
  readonly failure: () => Error | undefined;
}

interface Options {
  token?: string;
  /** Whether to follow the log and keep a state. */
  live: boolean;
}

/** Opens a connection and waits until it is live; from then on it heals itself. @throws Failure when the first attempt fails */
export async function connectTo(endpoint: Endpoint, options: Options): Promise<Session> {
  let failure: Failure | undefined;
  const { url } = endpoint.address;
  const open = transportTo(endpoint, error => {
    failure = error;
  });
  const connection = new Connection({
    open: on => {
      const opened = () => {
        failure = undefined;
        on.open();
      };
      return open({ open: opened, text: on.text, close: on.close });
    },
    ...options,
  });
  connection.start();
  const settled = Promise.withResolvers<void>();
  const end = connection.subscribe(() => connection.status !== 'connecting' && settled.resolve());
  await settled.promise;
  end();
  const why = () => connection.refusal ?? failure;
  if (connection.status === 'live') return { url, connection, failure: why };
  const { status } = connection;
  connection.stop();
  throw status === 'ended' ? new Failure('session.ended', { url }) : (why() ?? new Failure('connect.closed', { url }));
}

/**
 * Connects without a log-in, and makes sure that a Nester is there: a password must not go to whatever else listens.
 * @throws Failure
 */
export async function greet(endpoint: Endpoint): Promise<Connection> {
  const { connection, failure } = await connectTo(endpoint, { live: false });
  try {
    await connection.call('server.show', {});
    return connection;
  } catch (error) {
    connection.stop();
    if (!(error instanceof AppError) || error.code !== 'connection_lost') throw error;
    throw failure() ?? new Failure('connect.closed', { url: endpoint.address.url });
  }
}

/** Logs in with a name and a password; answers what lets one in from now on. */
export async function logIn(
  endpoint: Endpoint,
  { name, password, device }: { name: string; password: string; device: string },
): Promise<{ token: string; me: Me }> {
  const connection = await greet(endpoint);
  try {
    const { token, me } = await connection.call('session.logIn', { user: name, password, device, client: agent() });
    if (token === undefined) throw new Failure('connect.notNester', { url: endpoint.address.url });
    return { token, me };
  } finally {
    connection.stop();
  }
}

function transportTo(endpoint: Endpoint, failed: (error: Failure) => void): OpenTransport {
  return endpoint.address.webSocket ? webSocketTransport(endpoint, failed) : lineTransport(endpoint, failed);
}
