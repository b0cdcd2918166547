import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { OpenTransport } from './transport.ts';

export interface TcpOptions {
  host: string;
  port: number;
  /** Options of the TLS inside the socket; `true` for the usual ones. */
  tls?: boolean | ConnectionOptions;
}

/** Frames over TCP, one a line. */
export function tcpTransport({ host, port, tls }: TcpOptions): OpenTransport {
  return on => {
    const socket = tls ? connectTls({ ...(tls === true ? {} : tls), host, port }) : connectPlain({ host, port });
    socket.setNoDelay(true);
    // Keeps a letter together that was split across two reads.
    socket.setEncoding('utf8');
    socket.once(tls ? 'secureConnect' : 'connect', () => on.open());
    socket.on('data', (chunk: string) => on.text(chunk));
    // The close that follows is what counts.
    socket.on('error', () => {});
    socket.once('close', () => on.close(undefined));
    return {
      send: text => socket.write(`${text}\n`),
      close: () => socket.destroy(),
    };
  };
}
