import { connect, type Socket } from 'node:net';
import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { within } from './wait.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields it knows to be there
export type Line = Record<string, any>;

/** A raw TCP client, as `nc` is one: what it writes is what goes out, and it keeps every line that comes. */
export class LineClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** All lines that came, in order. */
  readonly lines: Line[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #lineListeners = new Set<(line: Line) => void>();
  readonly #answers = new Map<number, PromiseWithResolvers<Line>>();
  #rest = '';
  #taken = 0;
  #lastId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    const end = Promise.withResolvers<void>();
    this.closed = end.promise;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => {});
    socket.once('close', () => {
      end.resolve();
      for (const answered of this.#answers.values()) answered.reject(new Error('the connection is closed'));
      this.#look();
    });
  }

  /** `localAddress`: which address of this machine it comes from. */
  static async connect(at: { host: string; port: number; localAddress?: string | undefined }): Promise<LineClient> {
    const client = new LineClient(connect(at));
    const opened = Promise.withResolvers<void>();
    client.socket.once('connect', opened.resolve).once('error', opened.reject);
    await within(10_000, 'the TCP connection', opened.promise);
    return client;
  }

  write(value: Line | string | Uint8Array): void {
    const raw = typeof value === 'string' || value instanceof Uint8Array;
    this.socket.write(raw ? value : `${JSON.stringify(value)}\n`);
  }

  /** Calls back with every line that comes from now on. */
  onLine(listener: (line: Line) => void): void {
    this.#lineListeners.add(listener);
  }

  /** The next line, after the one taken last, that fits; lines before it are passed over. */
  async next(what: string, fits: (line: Line) => boolean = () => true, ms = 10_000): Promise<Line> {
    const found = Promise.withResolvers<Line>();
    const look = () => {
      while (this.#taken < this.lines.length) {
        const line = this.lines[this.#taken++]!;
        if (fits(line)) {
          this.#watchers.delete(look);
          found.resolve(line);
          return;
        }
      }
      if (this.socket.destroyed) found.reject(new Error(`${what}: the connection is closed; ${this.lines.length} lines had come`));
    };
    this.#watchers.add(look);
    look();
    try {
      return await within(ms, what, found.promise);
    } finally {
      this.#watchers.delete(look);
    }
  }

  /** Asks a framed command. Any number may be on their way at once. */
  async ask<K extends CommandName>(name: K, input: CommandInput<K>): Promise<CommandOutput<K>> {
    const id = ++this.#lastId;
    const answered = Promise.withResolvers<Line>();
    this.#answers.set(id, answered);
    this.write({ id, do: name, input });
    const answer = await within(10_000, `the answer to ${name}`, answered.promise);
    if (answer.error) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`);
    return answer.ok;
  }

  /** Logs in on the old wire and says that the window listens. */
  async logInOld(username: string, password: string): Promise<void> {
    this.write({ type: 'login', username, password });
    const answer = await this.next('the answer to login', line => line.type === 'login' || line.type === 'error');
    if (answer.type !== 'login') throw new Error(`login: ${answer.message}`);
    this.write({ type: 'users' });
    await this.next('the answer to users', line => line.type === 'users');
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #read(text: string): void {
    const pieces = (this.#rest + text).split('\n');
    this.#rest = pieces.pop()!;
    for (const piece of pieces) {
      const line: Line = JSON.parse(piece);
      this.lines.push(line);
      for (const listener of this.#lineListeners) listener(line);
      this.#answers.get(line.id)?.resolve(line);
      this.#answers.delete(line.id);
    }
    this.#look();
  }

  #look(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
