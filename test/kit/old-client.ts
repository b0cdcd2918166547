import type { Line } from './line-client.ts';
import { OldWire, type Place } from './old-wire.ts';
import { until, within } from './wait.ts';

/** Lines closer than this: the client that shows only the last shows only the last of them. */
const blinkMs = 10;

/** What a family of old clients does its own way. */
export interface Habits {
  /** How it makes bytes of text and text of bytes: French Windows clients use the platform's charset. */
  charset?: 'utf-8' | 'windows-1252';
  /** What it sends when its window opens. */
  opening?: readonly Line[];
  /** It paints its window with the last line received: of several within 10 ms, it shows only the last. */
  showsLastOnly?: boolean;
  /** What it shows in the chat: all that is said and told, or only what has the type `message`. */
  shows?: 'everything' | 'messages';
  /** Where it reads what an error says. */
  errorKey?: 'message' | 'error';
  /** How often it asks who is here. */
  pollMs?: number;
}

/**
 * An old client as its user has it: it reads exactly one line after register and one after login, then opens a window
 * whose reader dies for good on a line that is not an object. What it would show is kept.
 */
export class OldClient {
  readonly wire: OldWire;
  /** What stands in the chat: `who: what`, `who (private): what`, `* notice`. */
  readonly screen: string[] = [];
  /** What stands in the list of people. */
  people: string[] = [];
  /** How people were said to be, by the status lines. */
  readonly states = new Map<string, string>();
  /** How often the list of people came. */
  lists = 0;
  /** Windows opened: a second answer to a log-in opens a second one. */
  windows = 0;
  /** The line on which its reader died. */
  diedOf: string | undefined;
  readonly #habits: Required<Omit<Habits, 'pollMs'>> & { pollMs: number | undefined };
  readonly #listeners = new Set<() => void>();
  #unread = 0;
  #pending: Line | undefined;
  #painting: NodeJS.Timeout | undefined;
  #polling: NodeJS.Timeout | undefined;

  private constructor(wire: OldWire, habits: Habits) {
    this.wire = wire;
    this.#habits = {
      charset: habits.charset ?? 'utf-8',
      opening: habits.opening ?? [{ type: 'users' }],
      showsLastOnly: habits.showsLastOnly ?? false,
      shows: habits.shows ?? 'everything',
      errorKey: habits.errorKey ?? 'message',
      pollMs: habits.pollMs,
    };
  }

  static async connect(place: Place, habits: Habits = {}): Promise<OldClient> {
    return new OldClient(await OldWire.connect(place), habits);
  }

  /** Registers; answers what an error said, undefined when there is an account now. */
  async register(username: string, password: string): Promise<string | undefined> {
    this.send({ type: 'register', username, password });
    const line = await this.#oneLine();
    if (line.type === 'register' && line.status === 'ok') return undefined;
    return String(line[this.#habits.errorKey]);
  }

  /** Logs in and does not open its window yet; answers what an error said. */
  async logIn(username: string, password: string): Promise<string | undefined> {
    this.send({ type: 'login', username, password });
    const line = await this.#oneLine();
    if (line.type === 'login' && line.status === 'ok') return undefined;
    return String(line[this.#habits.errorKey]);
  }

  /** From now on what comes is shown. */
  openWindow(): void {
    this.windows += 1;
    this.wire.onLine(() => this.#readOn());
    for (const line of this.#habits.opening) this.send(line);
    if (this.#habits.pollMs !== undefined) this.#polling = setInterval(() => this.send({ type: 'users' }), this.#habits.pollMs);
    this.#readOn();
  }

  /** Logs in and opens its window. */
  async enter(username: string, password: string): Promise<void> {
    const error = await this.logIn(username, password);
    if (error !== undefined) throw new Error(`login: ${error}`);
    this.openWindow();
    await this.until('the list of people', () => this.lists > 0);
  }

  say(content: string, fields: Line = {}): void {
    this.send({ type: 'message', subtype: 'global', to: 'global', content, ...fields });
  }

  whisper(to: string, content: string, fields: Line = {}): void {
    this.send({ type: 'message', subtype: 'private', to, content, ...fields });
  }

  send(line: Line): void {
    const text = `${JSON.stringify(line)}\n`;
    this.wire.write(this.#habits.charset === 'utf-8' ? text : windows1252(text));
  }

  /** Resolves when what the user sees is so. */
  async until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
    await until(
      what,
      listener => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      holds,
      ms,
    );
  }

  /** Resolves when a text stands in the chat. */
  async sees(text: string, ms?: number): Promise<void> {
    await this.until(`"${text.slice(0, 60)}" on the screen`, () => this.screen.includes(text), ms);
  }

  async close(): Promise<void> {
    clearInterval(this.#polling);
    clearTimeout(this.#painting);
    await this.wire.close();
  }

  /** Reads one line and no more: what came behind it is lost to the log-in, and stays for the window. */
  async #oneLine(): Promise<Line> {
    await within(
      10_000,
      'one line',
      until(
        'one line',
        listener => this.wire.onLine(listener),
        () => this.wire.lines.length > this.#unread,
      ),
    );
    return JSON.parse(this.#text(this.wire.lines[this.#unread++]!.bytes));
  }

  #readOn(): void {
    for (; this.diedOf === undefined && this.#unread < this.wire.lines.length; this.#unread++) {
      const text = this.#text(this.wire.lines[this.#unread]!.bytes);
      const line = objectOf(text);
      if (line === undefined) this.diedOf = text;
      else this.#show(line);
    }
    this.#tell();
  }

  #show(line: Line): void {
    if (!this.#habits.showsLastOnly) {
      this.#paint(line);
      return;
    }
    this.#pending = line;
    clearTimeout(this.#painting);
    this.#painting = setTimeout(() => {
      if (this.#pending) this.#paint(this.#pending);
      this.#tell();
    }, blinkMs);
  }

  #paint(line: Line): void {
    if (line.type === 'message') this.screen.push(`${line.from}${line.subtype === 'private' ? ' (private)' : ''}: ${line.content}`);
    else if (line.type === 'users') {
      this.people = line.users;
      this.lists += 1;
    } else if (line.type === 'status') this.states.set(line.user, line.state);
    else if (line.type === 'login') this.windows += 1;
    else if (this.#habits.shows === 'everything')
      this.screen.push(`* ${line.type === 'error' ? line[this.#habits.errorKey] : (line.message ?? JSON.stringify(line))}`);
  }

  #text(bytes: Buffer): string {
    return new TextDecoder(this.#habits.charset).decode(bytes);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function objectOf(text: string): Line | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const decoded = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, i) => i));

/** As Java does it: a letter that the charset does not have becomes a question mark. */
function windows1252(text: string): Buffer {
  return Buffer.from(
    Array.from(text, letter => {
      const byte = decoded.indexOf(letter);
      return byte === -1 ? 63 : byte;
    }),
  );
}
