import type { OpenTransport } from '@aerie/client';
import WebSocket from 'ws';
import type { Endpoint } from './endpoint.ts';

const mostFrameBytes = 1024 * 1024;

/** Frames over a WebSocket to Nester, on a socket whose certificate the endpoint has checked. */
export function probeTransport(endpoint: Endpoint, failed: (error: Error) => void): OpenTransport {
  return on => {
    const socket = new WebSocket(endpoint.webSocketUrl, {
      perMessageDeflate: false,
      maxPayload: mostFrameBytes,
      handshakeTimeout: 10_000,
      headers: { 'user-agent': 'aerie-harvester' },
      createConnection: ((_options: unknown, opened: Parameters<Endpoint['open']>[0]) => {
        endpoint.open(opened);
        return undefined;
      }) as never,
    });
    socket.on('open', () => on.open());
    socket.on('message', (data, isBinary) => {
      // A message ends its last line, whether or not the sender wrote the end.
      if (!isBinary) on.text(`${String(data)}\n`);
    });
    socket.on('error', failed);
    socket.on('close', code => on.close(code));
    return {
      send: text => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => socket.terminate(),
    };
  };
}
