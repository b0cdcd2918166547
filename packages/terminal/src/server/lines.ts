import type { OpenTransport } from '@aerie/client';
import type { Failure } from '../failure.ts';
import { dial, type Endpoint } from './dial.ts';

/** Frames over TCP, plain or inside TLS, one a line, on a socket whose certificate was judged before. */
export function lineTransport(endpoint: Endpoint, failed: (error: Failure) => void): OpenTransport {
  return on => {
    let send = (_text: string) => {};
    const close = dial(
      endpoint,
      socket => {
        send = text => socket.write(`${text}\n`);
        // Keeps a letter together that was split across two reads.
        socket.setEncoding('utf8');
        socket.on('error', () => {});
        socket.on('data', (chunk: string) => on.text(chunk));
        socket.once('close', () => on.close(undefined));
        on.open();
      },
      error => {
        failed(error);
        on.close(undefined);
      },
    );
    return { send: text => send(text), close };
  };
}
