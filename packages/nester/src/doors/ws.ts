import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, closeCodes, limits as sizes } from '@aerie/contract';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../config.ts';
import type { UserActor } from '../context.ts';
import { Connection } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import type { Hub } from './hub.ts';
import type { Pipe } from './pipe.ts';
import { Talk } from './talk.ts';

const path = '/api/ws';
/** How often a line is asked whether it holds. */
export const pingMs = 20_000;

/** What the WebSocket door asks of the HTTP door: who sent an upgrade request. */
export interface UpgradeJudge {
  /** True when the request comes from our own pages, or from no page at all. */
  isOwnOrigin(request: IncomingMessage): boolean;
  addressOf(request: IncomingMessage): string;
  /** The user of the cookie or bearer token, if any. */
  authenticate(request: IncomingMessage): Promise<UserActor | undefined>;
}

/** Frames over WebSocket (RFC 6455): one or more lines a text message. */
export class WebSocketDoor {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: sizes.frameBytes, perMessageDeflate: false, clientTracking: true });
  readonly #parts: { dispatch: Dispatch; hub: Hub; limits: Limits; now: () => number; judge: UpgradeJudge };
  readonly #pings: NodeJS.Timeout;
  readonly #alive = new WeakSet<WebSocket>();

  constructor(parts: { dispatch: Dispatch; hub: Hub; limits: Limits; now: () => number; judge: UpgradeJudge }) {
    this.#parts = parts;
    this.#pings = setInterval(() => this.#ping(), pingMs);
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  stop(): void {
    clearInterval(this.#pings);
    this.#server.close();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { judge, hub } = this.#parts;
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?')[0] !== path) return refuse(socket, 404);
    if (!judge.isOwnOrigin(request)) return refuse(socket, 403);
    const address = judge.addressOf(request);
    if (!hub.hasRoom(address)) return refuse(socket, 503);
    let actor: UserActor | undefined;
    try {
      actor = await judge.authenticate(request);
    } catch {
      // Not to be taken for a log-in that is over: the client tries again.
      return refuse(socket, 503);
    }
    this.#server.handleUpgrade(request, socket, head, webSocket => {
      const connection = this.#accept(webSocket, address, String(request.headers['user-agent'] ?? '').slice(0, 200));
      if (!actor) return;
      const ban = this.#parts.dispatch.banOf(connection.caller);
      if (ban) {
        connection.end('banned', { until: ban.until, ...(ban.reason ? { why: ban.reason } : {}) });
        return;
      }
      connection.logIn(actor);
      // Ended between the look at the cookie and this line, nobody has told the connection: look again.
      judge.authenticate(request).then(
        still => {
          if (!still) connection.end('ended');
        },
        () => connection.destroy(),
      );
    });
  }

  #accept(socket: WebSocket, address: string, agent: string): Connection {
    const { hub, dispatch, limits, now } = this.#parts;
    const pipe: Pipe = {
      write: data => socket.send(data, { binary: false }),
      // Fragments of one message (RFC 6455, section 5.4).
      writeParts: parts => parts.forEach((part, i) => void socket.send(part, { binary: false, fin: i === parts.length - 1 })),
      get backlog() {
        return socket.bufferedAmount;
      },
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close: reason => {
        socket.close(closeCodes[reason], reason);
        setTimeout(() => socket.terminate(), 2_000).unref();
      },
      destroy: () => socket.terminate(),
    };
    const connection = new Connection({ door: 'ws', address, agent, at: now(), pipe, keeper: hub, slowMs: limits.slowSeconds * 1_000 });
    connection.dialect = 'framed';
    const talk = new Talk({ connection, pipe, dispatch, limits, now });
    this.#alive.add(socket);
    hub.opened(connection);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) talk.refuse(new AppError('bad_frame', { reason: 'binary messages are not spoken here' }));
      else talk.take(splitLines(data));
    });
    socket.on('pong', () => this.#alive.add(socket));
    // A frame too large or not UTF-8 ends here; `ws` closes with the code that RFC 6455 gives it.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      talk.stop();
      hub.closed(connection);
    });
    return connection;
  }

  /** A half-open line shows within two rounds. */
  #ping(): void {
    for (const socket of this.#server.clients) {
      if (!this.#alive.has(socket)) {
        socket.terminate();
        continue;
      }
      this.#alive.delete(socket);
      socket.ping();
    }
  }
}

function splitLines(data: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, from)) {
    lines.push(data.subarray(from, end));
    from = end + 1;
  }
  lines.push(data.subarray(from));
  return lines;
}

function refuse(socket: Duplex, status: 403 | 404 | 503): void {
  const phrase = { 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' }[status];
  socket.end(`HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
