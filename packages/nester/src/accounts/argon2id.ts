import { type Argon2Parameters, argon2 } from 'node:crypto';

/** Cost of one Argon2id: kibibytes, passes, lanes. */
export interface Cost {
  m: number;
  t: number;
  p: number;
}

/** What Argon2id is asked for: `length` bytes of tag. */
export interface Derivation {
  message: Buffer;
  salt: Buffer;
  cost: Cost;
  length: number;
}

/** Whoever derives: this process, or another. */
export type Derive = (derivation: Derivation) => Promise<Buffer>;

/** Derives on a thread of this process. Rejects when the parameters are out of range, or there is no memory. */
export function deriveHere({ message, salt, cost: { m, t, p }, length }: Derivation): Promise<Buffer> {
  const parameters: Argon2Parameters = { message, nonce: salt, memory: m, passes: t, parallelism: p, tagLength: length };
  return new Promise((resolve, reject) => argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag))));
}
