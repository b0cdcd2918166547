import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { within } from './wait.ts';

export interface Place {
  host: string;
  port: number;
  /** Speak TLS there, with whatever certificate. */
  secure?: boolean;
}

/** A line as it came: its bytes without the newline, and when they were read. */
export interface RawLine {
  bytes: Buffer;
  at: number;
}

/**
 * One connection to the Classcord port, down to the bytes: it interprets nothing, and keeps all that came, so that a test
 * can judge what an old client would make of it.
 */
export class OldWire {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly lines: RawLine[] = [];
  readonly #watchers = new Set<() => void>();
  #rest: Buffer = Buffer.alloc(0);
  #read = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    const end = Promise.withResolvers<void>();
    this.closed = end.promise;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#cut(chunk));
    socket.on('error', () => {});
    socket.once('close', () => {
      end.resolve();
      this.#look();
    });
  }

  static async connect({ host, port, secure }: Place): Promise<OldWire> {
    const socket = secure ? connectSecurely({ host, port, rejectUnauthorized: false }) : connect(port, host);
    const wire = new OldWire(socket);
    const opened = Promise.withResolvers<void>();
    socket.once(secure ? 'secureConnect' : 'connect', opened.resolve).once('error', opened.reject);
    await within(10_000, `the connection to ${host}:${port}`, opened.promise);
    return wire;
  }

  /** Calls back whenever a line has come, or the end. */
  onLine(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  write(data: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(data);
  }

  send(value: unknown): void {
    this.write(`${JSON.stringify(value)}\n`);
  }

  /** The line after the one that was read last; undefined at the end of the connection. */
  async readLine(what: string, ms = 10_000): Promise<string | undefined> {
    const found = Promise.withResolvers<void>();
    const end = this.onLine(() => {
      if (this.#read < this.lines.length || this.socket.destroyed) found.resolve();
    });
    this.#look();
    try {
      await within(ms, what, found.promise);
    } finally {
      end();
    }
    return this.lines[this.#read++]?.bytes.toString('latin1');
  }

  /** What is wrong with the bytes that came: each line is one object in ASCII, ended by one newline. */
  flaws(): string[] {
    const flaws = this.lines.flatMap(({ bytes }) => lineFlaws(bytes).map(flaw => `${flaw}: ${JSON.stringify(bytes.toString('latin1'))}`));
    return this.#rest.length > 0 ? [...flaws, `no newline at the end: ${JSON.stringify(this.#rest.toString('latin1'))}`] : flaws;
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #cut(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const at = performance.now();
    for (let end = this.#rest.indexOf(10); end !== -1; end = this.#rest.indexOf(10)) {
      this.lines.push({ bytes: this.#rest.subarray(0, end), at });
      this.#rest = this.#rest.subarray(end + 1);
    }
    this.#look();
  }

  #look(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function lineFlaws(bytes: Buffer): string[] {
  const flaws = [];
  if (bytes.length === 0) return ['a blank line'];
  if (bytes.some(byte => byte > 126 || byte < 32)) flaws.push('not printable ASCII');
  try {
    const value: unknown = JSON.parse(bytes.toString('latin1'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) flaws.push('not an object');
    else if (typeof (value as { type?: unknown }).type !== 'string') flaws.push('no type');
  } catch {
    flaws.push('not JSON');
  }
  return flaws;
}
