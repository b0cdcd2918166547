import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { AppError } from '@aerie/contract';
import { type Cost, type Derive, deriveHere } from './argon2id.ts';

/** OWASP's lower setting (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const cost: Cost = { m: 19_456, t: 2, p: 1 };
const saltBytes = 16;
const tagBytes = 32;
const mostAtOnce = 2;
const mostWaiting = 2_000;

/** How many hashes this machine does at once: each holds 19 MiB, and more than there are processors let nobody in sooner. */
export function hashesAtOnce(): number {
  return Math.min(mostAtOnce, availableParallelism());
}

/** Stands before the PHC string of a password of which only the SHA-256 digest was known: the string is of that digest, in hex. */
const wrapped = 'sha256+';

/**
 * Takes passwords and their hashes in turn: a hash costs memory and most of a core for tens of milliseconds,
 * so only a few run at once (not on this thread), and a bounded number waits.
 */
export class Hashing {
  readonly #derive: Derive;
  readonly #atOnce: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #stopping = false;

  /**
   * @param derive who does the work: a server has a process for it
   * @param atOnce how many run at once
   */
  constructor(derive: Derive = deriveHere, atOnce = mostAtOnce) {
    this.#derive = derive;
    this.#atOnce = atOnce;
  }

  /** A password as it is stored: a PHC string with its own salt. */
  hash(password: string): Promise<string> {
    return this.inTurn(derive => hashPassword(password, derive));
  }

  /**
   * Runs `work` when its turn comes; it may hash and verify by what it is given.
   * @throws busy when too many wait, stopping after `stop`.
   */
  async inTurn<T>(work: (derive: Derive) => Promise<T>): Promise<T> {
    if (this.#stopping) throw new AppError('stopping');
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= mostWaiting) throw new AppError('busy');
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work(this.#derive);
    } finally {
      // The turn passes on directly, so that nobody who comes meanwhile overtakes.
      const next = this.#waiting.shift();
      if (next) next();
      else if (--this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Takes no more, and resolves when all that was taken is done. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#running > 0) await new Promise<void>(resolve => this.#idle.push(resolve));
  }
}

/** Argon2id of a password, as a PHC string. In a server, call it inside `Hashing.inTurn`. */
export async function hashPassword(password: string, derive = deriveHere): Promise<string> {
  const salt = randomBytes(saltBytes);
  return phc(cost, salt, await derive({ message: spelled(password), salt, cost, length: tagBytes }));
}

/** Argon2id over the SHA-256 digest of a password, so that a fast hash that came from elsewhere stands on no disk. */
export async function wrapDigest(digest: string): Promise<string> {
  return `${wrapped}${await hashPassword(digest)}`;
}

/** The SHA-256 digest of a password in hex, as `wrapDigest` takes it. */
export function digestOf(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

/** True when `password` is the one that `stored` was made from. In a server, call it inside `Hashing.inTurn`. */
export async function verifyPassword(password: string, stored: string, derive = deriveHere): Promise<boolean> {
  if (!stored.startsWith(wrapped)) return await matches(password, stored, derive);
  const inner = stored.slice(wrapped.length);
  // Whoever made the digest took the letters as they were typed then.
  for (const spelling of new Set([password, password.normalize('NFC')])) if (await matches(digestOf(spelling), inner, derive)) return true;
  return false;
}

/** True when a stored hash was made in another way, or with other parameters, than new ones are. */
export function isOutdated(stored: string): boolean {
  if (stored.startsWith(wrapped)) return true;
  const { cost: own, salt, tag } = parsePhc(stored);
  return own.m !== cost.m || own.t !== cost.t || own.p !== cost.p || salt.length !== saltBytes || tag.length !== tagBytes;
}

async function matches(text: string, phcString: string, derive: Derive): Promise<boolean> {
  const { cost: own, salt, tag } = parsePhc(phcString);
  return timingSafeEqual(await derive({ message: spelled(text), salt, cost: own, length: tag.length }), tag);
}

let madeDecoy: string | undefined;

/** What unknown names are verified against, so that they take as long as known ones. No password matches it. */
export function decoy(): string {
  madeDecoy ??= phc(cost, randomBytes(saltBytes), randomBytes(tagBytes));
  return madeDecoy;
}

/** One spelling of accents, whatever keyboard typed them. */
function spelled(password: string): Buffer {
  return Buffer.from(password.normalize('NFC'));
}

function phc({ m, t, p }: Cost, salt: Buffer, tag: Buffer): string {
  const bare = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${m},t=${t},p=${p}$${bare(salt)}$${bare(tag)}`;
}

function parsePhc(stored: string): { cost: Cost; salt: Buffer; tag: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored);
  if (!match) throw new Error('a stored password hash is not an Argon2id PHC string');
  const [, m, t, p, salt, tag] = match;
  return { cost: { m: Number(m), t: Number(t), p: Number(p) }, salt: Buffer.from(salt!, 'base64'), tag: Buffer.from(tag!, 'base64') };
}
