import net from 'node:net';
import tls from 'node:tls';
import type { AppError } from '@aerie/contract';
import type { Limits } from '../config.ts';
import type { Door } from '../context.ts';
import { plainAddress } from './address.ts';
import type { ClasscordTalk } from './classcord/talk.ts';
import { Connection } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import type { Hub } from './hub.ts';
import { LineSplitter } from './lines.ts';
import { SocketPipe } from './socket-pipe.ts';
import { Talk } from './talk.ts';

export interface LineDoorParts {
  dispatch: Dispatch;
  hub: Hub;
  limits: Limits;
  now: () => number;
  old: (connection: Connection) => ClasscordTalk;
}

/** The Classcord port: newline JSON, old wire and frames alike. `secure` puts the same inside TLS. */
export function tcpServer(parts: LineDoorParts, secure?: { cert: string; key: string }): net.Server {
  const accept = (socket: net.Socket) => acceptLines(parts, socket, 'tcp', plainAddress(socket.remoteAddress));
  // Whoever ends their side, as `printf … | nc` does, still gets the answers.
  const allowHalfOpen = true;
  const server = secure
    ? tls.createServer({ ...secure, allowHalfOpen, minVersion: 'TLSv1.2', handshakeTimeout: parts.limits.lineSeconds * 1_000 }, accept)
    : net.createServer({ allowHalfOpen, noDelay: true, keepAlive: true }, accept);
  server.on('tlsClientError', () => undefined);
  return server;
}

/** Serves one socket that carries lines. */
export function acceptLines(parts: LineDoorParts, socket: net.Socket, door: Door, address: string): Connection | undefined {
  socket.on('error', () => socket.destroy());
  // The machine's own administrator comes in however many others stand before the door.
  if (door !== 'local' && !parts.hub.hasRoom(address)) {
    socket.destroy();
    return undefined;
  }
  socket.setNoDelay(true);
  const pipe = new SocketPipe(socket);
  const connection = new Connection({
    door,
    address,
    agent: '',
    at: parts.now(),
    pipe,
    keeper: parts.hub,
    slowMs: parts.limits.slowSeconds * 1_000,
  });
  const talk = new Talk({ connection, pipe, dispatch: parts.dispatch, limits: parts.limits, now: parts.now, old: parts.old });
  const splitter = new LineSplitter();
  let lineTimer: NodeJS.Timeout | undefined;
  parts.hub.opened(connection);
  socket.on('data', (chunk: Buffer) => {
    let lines: Buffer[];
    try {
      lines = splitter.push(chunk);
      talk.take(lines);
    } catch (error) {
      talk.refuse(error as AppError);
      socket.pause();
      return;
    }
    // A line that is begun must end: slow-loris clients hold nothing for long. Each has its own time.
    if (splitter.held === 0 || lines.length > 0) {
      clearTimeout(lineTimer);
      lineTimer = undefined;
    }
    if (splitter.held > 0) lineTimer ??= setTimeout(() => connection.close('idle'), parts.limits.lineSeconds * 1_000);
  });
  // No more will come, and what came is done and answered.
  socket.on('end', () => void connection.settle().then(() => connection.close('idle')));
  socket.on('close', () => {
    clearTimeout(lineTimer);
    talk.stop();
    parts.hub.closed(connection);
  });
  return connection;
}
