import type { OpenTransport } from './transport.ts';

/** Frames over a WebSocket: the browser's own, or Node's. */
export function webSocketTransport(url: string): OpenTransport {
  return on => {
    const socket = new WebSocket(url);
    socket.onopen = () => on.open();
    socket.onmessage = message => {
      // A message ends its last line, whether or not the sender wrote the end.
      if (typeof message.data === 'string') on.text(`${message.data}\n`);
    };
    // An error says nothing that the close after it does not.
    socket.onclose = end => on.close(end.code);
    return {
      send: text => socket.send(text),
      close: () => socket.close(),
    };
  };
}
