import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Failure } from '../failure.ts';

/** What is kept of one server. */
export interface KnownServer {
  name?: string;
  token?: string;
  /** Fingerprint of the certificate that was accepted. */
  pin?: string;
}

interface Kept {
  v: 1;
  /** A stable id of this installation. */
  device: string;
  /** The server used last. */
  last?: string;
  servers: Record<string, KnownServer>;
}

/** What the client keeps between two runs: servers, tokens, accepted certificates. For its owner's eyes only. */
export class Settings {
  readonly #folder: string;
  readonly #file: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, 'settings.json');
  }

  /** Those of the person whose environment this is. */
  static of({ XDG_CONFIG_HOME: base, HOME }: NodeJS.ProcessEnv): Settings {
    // The specification of XDG says to ignore a path that is not absolute.
    const folder = base && isAbsolute(base) ? base : join(HOME || homedir(), '.config');
    return new Settings(join(folder, 'classcord'));
  }

  get last(): string | undefined {
    return this.#read().last;
  }

  get device(): string {
    return this.#read().device;
  }

  server(url: string): KnownServer {
    const { servers } = this.#read();
    return Object.hasOwn(servers, url) ? servers[url]! : {};
  }

  /** Changes what is kept of a server; a field given as undefined is forgotten. */
  keep(url: string, fields: Partial<KnownServer>): void {
    const kept = this.#read();
    kept.servers = { ...kept.servers, [url]: { ...this.server(url), ...fields } };
    this.#write(kept);
  }

  /** Remembers the server used last. */
  use(url: string): void {
    const kept = this.#read();
    if (kept.last !== url) this.#write({ ...kept, last: url });
  }

  #read(): Kept {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw new Failure('settings.unreadable', { file: this.#file, reason: String(code) });
      const fresh: Kept = { v: 1, device: randomUUID(), servers: {} };
      this.#write(fresh);
      return fresh;
    }
    const kept = parsed(text);
    if (!kept) throw new Failure('settings.damaged', { file: this.#file });
    return kept;
  }

  /** Whole or not at all, never readable for others. */
  #write(kept: Kept): void {
    const temporary = `${this.#file}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      chmodSync(this.#folder, 0o700);
      rmSync(temporary, { force: true });
      writeFileSync(temporary, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
      renameSync(temporary, this.#file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new Failure('settings.unwritable', { file: this.#file, reason: String((error as NodeJS.ErrnoException).code) });
    }
  }
}

function parsed(text: string): Kept | undefined {
  try {
    const value = JSON.parse(text) as Partial<Kept> | null;
    const servers = value?.servers;
    const sound =
      typeof value?.device === 'string' &&
      (value.last === undefined || typeof value.last === 'string') &&
      typeof servers === 'object' &&
      servers !== null &&
      Object.values(servers).every(isServer);
    return sound ? (value as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function isServer(value: unknown): value is KnownServer {
  if (typeof value !== 'object' || value === null) return false;
  const { name, token, pin } = value as Record<string, unknown>;
  return [name, token, pin].every(field => field === undefined || typeof field === 'string');
}
