import { createHash, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { throughProxy } from './proxy.ts';

const openMs = 10_000;
const answerMs = 60_000;
const mostAnswerBytes = 1024 * 1024;

/** Another machine answers at Nester's address, or Nester has a new certificate. */
export class WrongCertificate extends Error {
  constructor() {
    super(
      "the certificate there is not the one of this probe's Nester: it has a new one, or somebody is in between. Enrol the probe again",
    );
  }
}

type Opened = (error: Error | null, socket: Duplex) => void;

/** Uploads that may be on their way at once, each on a connection that is kept for the next. */
const mostSockets = 16;

/** Nester's address, and by what it is known. */
export class Endpoint {
  readonly url: URL;
  readonly #pin: Buffer | undefined;
  readonly #proxy: URL | undefined;
  readonly #agent: http.Agent;

  /**
   * @param pin SHA-256 of the one certificate to accept, base64url; without it the usual authorities vouch
   * @param proxy through which it is reached; the pin holds through it
   */
  constructor(url: string, pin?: string, proxy?: URL) {
    this.url = new URL(url);
    this.#pin = pin === undefined ? undefined : Buffer.from(pin, 'base64url');
    this.#proxy = proxy;
    const { Agent } = this.url.protocol === 'https:' ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: mostSockets });
    this.#agent.createConnection = (_options, opened) => {
      this.open(opened as Opened);
      return undefined;
    };
  }

  /** Lets go of connections that are kept for the next request. */
  close(): void {
    this.#agent.destroy();
  }

  get webSocketUrl(): string {
    return this.#path('/api/ws').href.replace(/^http/, 'ws');
  }

  /**
   * Opens a socket for one request or one WebSocket. Nothing is sent before the certificate has been checked:
   * the caller gets the socket afterwards.
   */
  readonly open = (opened: Opened): void => {
    const host = this.url.hostname.replace(/^\[|\]$/g, '');
    const secure = this.url.protocol === 'https:';
    const port = Number(this.url.port) || (secure ? 443 : 80);
    if (!this.#proxy) {
      this.#greet(secure ? { host, port } : net.connect({ host, port }), host, opened);
      return;
    }
    throughProxy(this.#proxy, host, port, (error, way) => {
      if (error) opened(error, undefined as never);
      else if (secure) this.#greet({ socket: way! }, host, opened);
      else {
        opened(null, way!);
        // It was held so that nothing was lost; in HTTP it is we who speak first.
        way!.resume();
      }
    });
  };

  /** Waits until a connection stands, and checks who is there. */
  #greet(way: net.Socket | { host: string; port: number } | { socket: Duplex }, host: string, opened: Opened): void {
    const secure = !(way instanceof net.Socket);
    const servername = net.isIP(host) ? undefined : host;
    const socket = secure
      ? tls.connect({ ...way, servername, rejectUnauthorized: this.#pin === undefined, ALPNProtocols: ['http/1.1'] })
      : way;
    socket.setNoDelay(true);
    const end = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      opened(error, socket);
    };
    const timer = setTimeout(() => end(new Error(`${this.url.host} does not answer`)), openMs);
    socket.once('error', end);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (socket instanceof tls.TLSSocket && this.#pin && !this.#isPinned(socket)) return end(new WrongCertificate());
      clearTimeout(timer);
      socket.off('error', end);
      opened(null, socket);
    });
  }

  /** Posts a body and brings the answer. Rejects when no answer comes. */
  post(path: string, headers: Record<string, string>, body: Buffer, signal?: AbortSignal): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const { request: ask } = this.url.protocol === 'https:' ? https : http;
      const request = ask(this.#path(path), {
        method: 'POST',
        headers: { 'content-length': String(body.length), ...headers },
        signal,
        agent: this.#agent,
      });
      request.setTimeout(answerMs, () => request.destroy(new Error(`${this.url.host} does not answer`)));
      request.on('error', reject);
      request.on('response', response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > mostAnswerBytes) request.destroy(new Error(`${this.url.host} answers too much`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode!, body: parsed(Buffer.concat(chunks).toString('utf8')) }));
      });
      request.end(body);
    });
  }

  #path(path: string): URL {
    return new URL(`${this.url.pathname.replace(/\/+$/, '')}${path}`, this.url);
  }

  #isPinned(socket: tls.TLSSocket): boolean {
    const { raw } = socket.getPeerCertificate();
    if (!raw) return false;
    const found = createHash('sha256').update(raw).digest();
    return found.length === this.#pin!.length && timingSafeEqual(found, this.#pin!);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
