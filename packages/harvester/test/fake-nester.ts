import {
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  verify,
} from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { Policy, Report } from '@aerie/contract/reports';
import { firstPolicy, report as reportSchema } from '@aerie/contract/reports';
import { type WebSocket, WebSocketServer } from 'ws';
import { readVersion } from '../src/version.ts';

type Reply = (status: number, value: unknown) => void;

interface Heartbeat {
  refusedPolicy?: { version: number; reason: string };
  spoolDropped?: number;
  at: number;
  policyVersion: number;
  spoolDepth: number;
  scanning: boolean;
}

/**
 * As much of a Nester as a probe sees, on loopback: it checks every signature and keeps what it is told. Tests say how it is
 * to fail. Each thing that happens is an event: `enrolled`, `connected`, `heartbeat`, `report`, `closed`.
 */
export class FakeNester extends EventEmitter {
  readonly codes = new Set(['GOOD-CODE']);
  readonly reports = new Map<string, Report>();
  readonly order: string[] = [];
  readonly heartbeats: Heartbeat[] = [];
  readonly networks: string[][] = [];
  readonly hellos: string[] = [];
  policy: Policy = { ...firstPolicy };
  /** Ahead of the real time by this much. */
  aheadMs = 0;
  revoked = false;
  version = readVersion().version;
  /** The machine that works with the probe's key: every other one is kept out. */
  clonedBy: string | undefined;
  /** Said to the machine that is kept out, before it is. */
  separateWith: string | undefined;
  readonly machines: string[] = [];
  /** Who is enrolled, and what it may sign. */
  probeId = 'probe-1';
  /** Heartbeats are heard and not answered. */
  mute = false;
  /** What the next uploads meet: an answer instead of being taken. */
  nextUploads: { status: number; error?: { code: string; message: string }; cut?: boolean }[] = [];
  /** Whether it offers half of a key for uploads; older ones do not. */
  agrees = false;
  /** Of each upload taken: whether it had a MAC with the key of the newest connection, a wrong one, or none. */
  readonly macs: ('right' | 'wrong' | 'none')[] = [];
  readonly #half = generateKeyPairSync('x25519');
  #macKey: Buffer | undefined;
  #key: KeyObject | undefined;
  #enrolled = 0;
  #server: http.Server;
  #sockets = new WebSocketServer({ noServer: true });
  #port = 0;
  readonly #secure: boolean;

  constructor(tls?: { cert: string; key: string }) {
    super();
    this.#secure = tls !== undefined;
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response);
    this.#server = tls ? https.createServer(tls, answer) : http.createServer(answer);
    this.#server.on('upgrade', (request, socket, head) => {
      this.hellos.push(request.url ?? '');
      this.#sockets.handleUpgrade(request, socket, head, live => this.#talk(live));
    });
  }

  static async start(tls?: { cert: string; key: string }): Promise<FakeNester> {
    const nester = new FakeNester(tls);
    await nester.listen();
    return nester;
  }

  /** Begins to listen, on the port that it had before. */
  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.dropAll();
    this.#server.closeAllConnections();
    await new Promise(done => this.#server.close(done));
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** Cuts every live line without a word. */
  dropAll(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Sends an event to every probe that is connected. */
  tell(event: Record<string, unknown>): void {
    for (const socket of this.#sockets.clients) socket.send(`${JSON.stringify(event)}\n`);
  }

  revoke(): void {
    this.revoked = true;
    for (const socket of this.#sockets.clients) {
      socket.send('{"event":"session.ended","reason":"ended"}\n');
      socket.close(4001, 'loggedOut');
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.hellos.push(request.url ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const reply = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.url === '/api/server.show') return reply(200, { version: this.version });
    if (request.url === '/api/probe.enrol') return this.#enrol(body, reply);
    if (request.url === '/api/probe/reports') return this.#take(request, body, response, reply);
    reply(404, { error: { code: 'not_found', message: 'not found' } });
  }

  #enrol(body: Buffer, reply: Reply): void {
    const { code, publicKey } = JSON.parse(body.toString()) as { code: string; publicKey: string };
    if (!this.codes.delete(code)) {
      reply(410, { error: { code: 'code_invalid', message: 'This enrolment code is used.' } });
      return;
    }
    this.#key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    this.revoked = false;
    this.probeId = `probe-${++this.#enrolled}`;
    reply(200, { probeId: this.probeId, siteCode: 'PARIS', siteName: 'Paris', policy: this.policy });
    this.emit('enrolled');
  }

  #take(request: IncomingMessage, body: Buffer, response: ServerResponse, reply: Reply): void {
    const time = String(request.headers['aerie-time']);
    const text = `aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`;
    const skewMs = Math.abs(Number(time) - Date.now() - this.aheadMs);
    const isSigned = this.#isSigned(text, String(request.headers['aerie-signature'])) && request.headers['aerie-probe'] === this.probeId;
    if (this.revoked || !isSigned || skewMs > 300_000) {
      reply(401, { error: { code: 'probe_refused', message: 'refused' } });
      return;
    }
    if (this.clonedBy !== undefined) {
      reply(409, { error: { code: 'probe_cloned', message: 'cloned', params: { name: this.clonedBy } } });
      this.emit('refusedUpload');
      return;
    }
    const next = this.nextUploads.shift();
    if (next && !next.cut) {
      reply(next.status, { error: next.error });
      this.emit('refusedUpload');
      return;
    }
    const report = reportSchema.parse(JSON.parse(gunzipSync(body).toString('utf8')));
    const mac = request.headers['aerie-mac'];
    const right = this.#macKey && createHmac('sha256', this.#macKey).update(`aerie-report:${time}:`).update(body).digest('base64url');
    this.macs.push(mac === undefined ? 'none' : mac === right ? 'right' : 'wrong');
    const accepted = !this.reports.has(report.reportId);
    this.reports.set(report.reportId, report);
    this.order.push(report.reportId);
    // Taken, and the answer lost.
    if (next?.cut) response.destroy();
    else reply(accepted ? 201 : 200, { reportId: report.reportId, accepted });
    this.emit('report', report);
  }

  #isSigned(text: string, signature: string): boolean {
    return this.#key !== undefined && verify(null, Buffer.from(text), this.#key, Buffer.from(signature, 'base64url'));
  }

  #keyWith(challenge: string, theirs: string): Buffer {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: theirs }, format: 'jwk' });
    const shared = diffieHellman({ privateKey: this.#half.privateKey, publicKey });
    const own = this.#half.publicKey.export({ format: 'jwk' }).x!;
    return Buffer.from(hkdfSync('sha256', shared, challenge, `aerie-report-key:${this.probeId}:${own}:${theirs}`, 32));
  }

  #talk(socket: WebSocket): void {
    let challenge = '';
    socket.on('close', () => this.emit('closed'));
    socket.on('message', data => {
      const frame = JSON.parse(String(data)) as { id: number; do: string; input: Record<string, unknown> };
      const ok = (value: unknown) => socket.send(`${JSON.stringify({ id: frame.id, ok: value })}\n`);
      const error = (code: string) => socket.send(`${JSON.stringify({ id: frame.id, error: { code, message: code } })}\n`);
      const now = Date.now() + this.aheadMs;
      if (frame.do === 'probe.challenge') {
        challenge = randomBytes(16).toString('base64url');
        ok({ challenge, ...(this.agrees && { agree: this.#half.publicKey.export({ format: 'jwk' }).x! }) });
      } else if (frame.do === 'probe.connect') {
        const { agree } = frame.input as { agree?: string };
        const text = agree === undefined ? `aerie-probe-connect:${challenge}` : `aerie-probe-connect:${challenge}:${agree}`;
        // One that offers nothing knows of no answer either.
        if (agree !== undefined && !this.agrees) return error('bad_input');
        if (this.revoked || !this.#isSigned(text, String(frame.input.signature))) return error('probe_refused');
        this.#macKey = agree === undefined ? undefined : this.#keyWith(challenge, agree);
        this.machines.push(String(frame.input.machine));
        if (this.clonedBy !== undefined) {
          if (this.separateWith !== undefined) socket.send(`${JSON.stringify({ event: 'probe.separated', code: this.separateWith })}\n`);
          socket.send(
            `${JSON.stringify({ id: frame.id, error: { code: 'probe_cloned', message: 'cloned', params: { name: this.clonedBy } } })}\n`,
          );
          return;
        }
        this.networks.push(frame.input.networks as string[]);
        ok({ policy: this.policy, now });
        this.emit('connected');
      } else if (frame.do === 'probe.heartbeat') {
        this.heartbeats.push(frame.input as unknown as Heartbeat);
        if (!this.mute) ok({ now });
        this.emit('heartbeat', frame.input);
      } else if (!this.mute) error('forbidden');
    });
  }
}
