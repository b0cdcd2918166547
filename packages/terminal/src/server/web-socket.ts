import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { Socket } from 'node:net';
import type { OpenTransport, TransportEvents } from '@aerie/client';
import { Failure } from '../failure.ts';
import { agent } from '../version.ts';
import type { Key } from '../words/words.ts';
import { dial, type Endpoint } from './dial.ts';
import { clientFrame, FrameReader, opcodes } from './web-socket-frames.ts';

const answerMs = 10_000;

/**
 * Frames over a WebSocket, on a socket whose certificate was judged before. Node's own WebSocket takes no socket and
 * accepts no certificate but those of authorities.
 */
export function webSocketTransport(endpoint: Endpoint, failed: (error: Failure) => void): OpenTransport {
  return on => {
    const transport = new WebSocketTransport(endpoint, on, failed);
    return { send: text => transport.send(text), close: () => transport.close() };
  };
}

class WebSocketTransport {
  readonly #endpoint: Endpoint;
  readonly #on: TransportEvents;
  readonly #failed: (error: Failure) => void;
  readonly #frames = new FrameReader();
  readonly #giveUp: () => void;
  #parts: Buffer[] = [];
  #socket: Socket | undefined;
  #over = false;

  constructor(endpoint: Endpoint, on: TransportEvents, failed: (error: Failure) => void) {
    this.#endpoint = endpoint;
    this.#on = on;
    this.#failed = failed;
    this.#giveUp = dial(
      endpoint,
      socket => this.#ask(socket),
      error => this.#fail(error),
    );
  }

  send(text: string): void {
    this.#socket?.write(clientFrame(opcodes.text, Buffer.from(text)));
  }

  close(): void {
    this.#over = true;
    this.#giveUp();
  }

  /** The opening handshake, RFC 6455, section 4. */
  #ask(socket: Socket): void {
    const { host, port, path, url } = this.#endpoint.address;
    const key = randomBytes(16).toString('base64');
    const name = host.includes(':') ? `[${host}]` : host;
    const request = http.request({
      path,
      createConnection: () => socket,
      headers: {
        host: `${name}:${port}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': key,
        'sec-websocket-version': '13',
        'user-agent': agent(),
      },
    });
    const refused: Record<number, Key> = { 403: 'connect.unwanted', 503: 'connect.busy' };
    const notNester = (status = 0) => this.#fail(new Failure(refused[status] ?? 'connect.notNester', { url }));
    request.setTimeout(answerMs, () => notNester());
    request.on('error', () => notNester());
    request.on('response', ({ statusCode }) => notNester(statusCode));
    request.on('upgrade', (answer, _socket, head) => {
      const expected = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      if (answer.headers['sec-websocket-accept'] !== expected) return notNester();
      request.setTimeout(0);
      socket.setTimeout(0);
      this.#open(socket, head);
    });
    request.end();
  }

  #open(socket: Socket, head: Buffer): void {
    if (this.#over) return;
    this.#socket = socket;
    socket.on('error', () => {});
    socket.once('close', () => this.#end(undefined));
    socket.on('data', chunk => this.#read(chunk));
    this.#on.open();
    if (head.length > 0) this.#read(head);
  }

  #read(chunk: Buffer): void {
    try {
      for (const { final, opcode, payload } of this.#frames.push(chunk)) {
        if (this.#over) return;
        if (opcode === opcodes.ping) this.#socket!.write(clientFrame(opcodes.pong, payload));
        else if (opcode === opcodes.close) this.#end(payload.length >= 2 ? payload.readUInt16BE(0) : undefined);
        else if (opcode === opcodes.text || opcode === opcodes.continuation) this.#take(payload, final);
      }
    } catch {
      this.#end(undefined);
    }
  }

  #take(payload: Buffer, final: boolean): void {
    this.#parts.push(payload);
    if (!final) return;
    const text = Buffer.concat(this.#parts.splice(0)).toString('utf8');
    // A message ends its last line, whether or not the sender wrote the end.
    this.#on.text(`${text}\n`);
  }

  #fail(error: Failure): void {
    if (this.#over) return;
    this.#failed(error);
    this.#end(undefined);
  }

  #end(code: number | undefined): void {
    if (this.#over) return;
    this.close();
    this.#on.close(code);
  }
}
