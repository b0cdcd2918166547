/** What the load and its probes speak: bare HTTP over a connection that stays, and the agreement on a key for uploads. */
import { createHmac, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Talker } from '../kit/talker.ts';
import type { SeededProbe } from './seed.ts';

/** A probe that is connected. */
export interface LiveProbe {
  line: Talker;
  /** Tells its uploads. */
  macKey: Buffer;
  heartbeatMs: number;
  beat(): Promise<unknown>;
}

/** Connects a probe and agrees on the key of its uploads, as the Harvester does. */
export async function connectProbe(tcpPort: number, { probeId, key }: SeededProbe): Promise<LiveProbe> {
  const line = await Talker.connect(tcpPort);
  const { ok } = await line.ask('probe.challenge', {});
  const own = generateKeyPairSync('x25519');
  const agree = own.publicKey.export({ format: 'jwk' }).x!;
  const theirs = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: String(ok.agree) }, format: 'jwk' });
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: theirs });
  const macKey = Buffer.from(hkdfSync('sha256', shared, String(ok.challenge), `aerie-report-key:${probeId}:${ok.agree}:${agree}`, 32));
  const signature = sign(null, Buffer.from(`aerie-probe-connect:${ok.challenge}:${agree}`), createPrivateKey(key)).toString('base64url');
  const answer = await line.ask('probe.connect', { probeId, signature, name: 'bench', version: '0.1.0', networks: [], agree });
  const { version: policyVersion, heartbeatMs } = answer.ok.policy as { version: number; heartbeatMs: number };
  const beat = () => line.ask('probe.heartbeat', { at: Date.now(), policyVersion, spoolDepth: 0, scanning: false });
  return { line, macKey, heartbeatMs, beat };
}

export function macOf(key: Buffer, time: string, body: Buffer): string {
  return createHmac('sha256', key).update(`aerie-report:${time}:`).update(body).digest('base64url');
}

/** One connection that posts one body after the other: less work than Node's own client, so that the load is not what is measured. */
export class Poster {
  readonly #socket: Socket;
  #answered: PromiseWithResolvers<number> | undefined;
  #said: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', chunk => this.#take(chunk));
    socket.on('error', error => this.#answered?.reject(error));
    socket.on('close', () => this.#answered?.reject(new Error('the server closed the connection')));
  }

  static async connect(port: number): Promise<Poster> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    return new Poster(socket);
  }

  /** @returns the status of the answer, when all of it has come */
  post(path: string, headers: string, body: Buffer): Promise<number> {
    this.#answered = Promise.withResolvers();
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n${headers}\r\n`;
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
    return this.#answered.promise;
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#said = this.#said.length === 0 ? chunk : Buffer.concat([this.#said, chunk]);
    const end = this.#said.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#said.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    const length = status === 204 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) this.#answered?.reject(new Error(`an answer without a length: ${head}`));
    if (this.#said.length < end + 4 + length) return;
    this.#said = Buffer.alloc(0);
    this.#answered?.resolve(status);
  }
}
