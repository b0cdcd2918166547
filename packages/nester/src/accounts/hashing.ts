import { type Argon2Parameters, argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '@aerie/contract';
import { lowerHashingThreads } from './hashing-threads.ts';

/** Cost of one Argon2id: kibibytes, passes, lanes. */
interface Cost {
  m: number;
  t: number;
  p: number;
}

/** OWASP's lower setting (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const cost: Cost = { m: 19_456, t: 2, p: 1 };
const saltBytes = 16;
const tagBytes = 32;
const atOnce = 2;
const mostWaiting = 2_000;

/** Stands before the PHC string of a password of which only the SHA-256 digest was known: the string is of that digest, in hex. */
const wrapped = 'sha256+';

/**
 * Takes passwords and their hashes in turn: a hash costs memory and most of a core for tens of milliseconds,
 * so only a few run at once (on libuv's threads, not on this one), and a bounded number waits.
 */
export class Hashing {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #stopping = false;
  #gaveWay = false;

  /** A password as it is stored: a PHC string with its own salt. */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hashPassword(password));
  }

  /**
   * Runs `work` when its turn comes; it may hash and verify.
   * @throws busy when too many wait, stopping after `stop`.
   */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#stopping) throw new AppError('stopping');
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= mostWaiting) throw new AppError('busy');
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      if (!this.#gaveWay) {
        this.#gaveWay = true;
        lowerHashingThreads();
      }
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

/** Argon2id of a password, as a PHC string. Call it inside `Hashing.inTurn`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return phc(cost, salt, await derive(password, salt, cost, tagBytes));
}

/** Argon2id over the SHA-256 digest of a password, so that a fast hash that came from elsewhere stands on no disk. */
export async function wrapDigest(digest: string): Promise<string> {
  return `${wrapped}${await hashPassword(digest)}`;
}

/** The SHA-256 digest of a password in hex, as `wrapDigest` takes it. */
export function digestOf(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

/** True when `password` is the one that `stored` was made from. Call it inside `Hashing.inTurn`. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  if (!stored.startsWith(wrapped)) return await matches(password, stored);
  const inner = stored.slice(wrapped.length);
  // Whoever made the digest took the letters as they were typed then.
  for (const spelling of new Set([password, password.normalize('NFC')])) if (await matches(digestOf(spelling), inner)) return true;
  return false;
}

/** True when a stored hash was made in another way, or with other parameters, than new ones are. */
export function isOutdated(stored: string): boolean {
  if (stored.startsWith(wrapped)) return true;
  const { cost: own, salt, tag } = parsePhc(stored);
  return own.m !== cost.m || own.t !== cost.t || own.p !== cost.p || salt.length !== saltBytes || tag.length !== tagBytes;
}

async function matches(text: string, phcString: string): Promise<boolean> {
  const { cost: own, salt, tag } = parsePhc(phcString);
  return timingSafeEqual(await derive(text, salt, own, tag.length), tag);
}

let madeDecoy: string | undefined;

/** What unknown names are verified against, so that they take as long as known ones. No password matches it. */
export function decoy(): string {
  madeDecoy ??= phc(cost, randomBytes(saltBytes), randomBytes(tagBytes));
  return madeDecoy;
}

function derive(password: string, salt: Buffer, { m, t, p }: Cost, length: number): Promise<Buffer> {
  const parameters: Argon2Parameters = {
    // One spelling of accents, whatever keyboard typed them.
    message: Buffer.from(password.normalize('NFC')),
    nonce: salt,
    memory: m,
    passes: t,
    parallelism: p,
    tagLength: length,
  };
  return new Promise((resolve, reject) => argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag))));
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
