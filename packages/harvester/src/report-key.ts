import { createHmac, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto';

/** Half of an agreement with Nester on a key for the uploads of one connection. */
export interface Offer {
  /** Raw X25519, base64url. */
  publicKey: string;
  key: Buffer;
}

/**
 * Answers Nester's half with one of our own; see docs/protocol.md.
 * @param theirs raw X25519, base64url
 * @returns undefined when theirs is no key: then uploads are signed only
 */
export function offerFor(probeId: string, challenge: string, theirs: string): Offer | undefined {
  const own = generateKeyPairSync('x25519');
  const publicKey = own.publicKey.export({ format: 'jwk' }).x!;
  try {
    const nester = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: theirs }, format: 'jwk' });
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey: nester });
    const info = `aerie-report-key:${probeId}:${theirs}:${publicKey}`;
    return { publicKey, key: Buffer.from(hkdfSync('sha256', shared, challenge, info, 32)) };
  } catch {
    return undefined;
  }
}

/** HMAC-SHA256 of an upload, base64url. */
export function macOf(key: Buffer, time: string, body: Buffer): string {
  return createHmac('sha256', key).update(`aerie-report:${time}:`).update(body).digest('base64url');
}
