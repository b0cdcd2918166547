import { createHash, createPublicKey, type KeyObject, randomBytes, randomInt, verify } from 'node:crypto';

/** How long a code is good. */
export const codeMs = 86_400_000;

/** Digits and capitals without I, L, O and U: read aloud and typed, they are not mistaken (Crockford's base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new code of 80 random bits, such as `7K2M-Q9XD-4TBV-H0ZE`. */
export function newCode(): string {
  const letters = Array.from({ length: 16 }, () => alphabet[randomInt(32)]!).join('');
  return letters.replace(/(.{4})(?!$)/g, '$1-');
}

/** What is stored of a code. However it was typed, and with or without the certificate's pin behind the dot. */
export function codeHash(typed: string): string {
  const code = typed.split('.')[0]!.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(code).digest('hex');
}

/** What joins a site where a Harvester is already: after `sudo` on a machine it is installed on, after `npx` in a copy of the repository. */
export function enrolmentCommand(publicUrl: string, code: string): string {
  return `harvester enrol ${publicUrl} ${code}`;
}

/** A raw Ed25519 public key, base64url, to verify with; undefined when it is none. */
export function publicKeyOf(raw: string): KeyObject | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(raw)) return undefined;
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** A random text to sign. */
export function newChallenge(): string {
  return randomBytes(32).toString('base64url');
}

/** @param agree the probe's half of a key for uploads */
export function connectText(challenge: string, agree: string | undefined): string {
  return agree === undefined ? `aerie-probe-connect:${challenge}` : `aerie-probe-connect:${challenge}:${agree}`;
}

export function reportText(time: string, body: Buffer): string {
  return `aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`;
}

/** @param signature base64url */
export function isSignedBy(key: KeyObject, text: string, signature: string): boolean {
  if (!/^[A-Za-z0-9_-]{86}$/.test(signature)) return false;
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}
