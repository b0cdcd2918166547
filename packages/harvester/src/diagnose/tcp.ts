import { connect } from 'node:net';
import { done, failed, type Outcome, rounded, type TaskOf } from './outcome.ts';
import type { Place } from './place.ts';

const answerMs = 5_000;
/** Some servers speak first; nothing is sent to make one speak. */
const greetingMs = 500;
const greetingBytes = 256;

/** Asks a checked address for a connection, and says what its server says by itself. */
export async function tcp({ request: { port }, signal, line }: TaskOf<'tcp'>, { address }: Place): Promise<Outcome> {
  const begun = performance.now();
  const socket = connect({ host: address, port });
  const ended = Promise.withResolvers<Outcome>();
  const abort = () => ended.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  let timer = setTimeout(() => ended.resolve(failed('port_filtered', { port, address })), answerMs);
  socket.once('connect', () => {
    clearTimeout(timer);
    const ms = rounded(performance.now() - begun);
    line(`connected to ${address} port ${port} in ${ms} ms`);
    const open = () => ended.resolve(done('port_open', { port, address, ms }));
    timer = setTimeout(open, greetingMs);
    socket.once('end', open);
    socket.once('data', data => {
      line(
        `it says: ${
          data
            .subarray(0, greetingBytes)
            .toString('utf8')
            .split(/[\r\n]/)[0]
        }`,
      );
      open();
    });
    socket.once('error', open);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    line(String(error.code ?? error.message));
    ended.resolve(failed(error.code === 'ECONNREFUSED' ? 'port_closed' : 'port_filtered', { port, address }));
  });
  try {
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
