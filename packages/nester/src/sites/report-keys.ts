import {
  createHmac,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Agrees with live probes on keys for their uploads: a MAC costs a twentieth of a signature. X25519, then HKDF over the
 * challenge and both public keys; the probe's is signed with its lasting key, and no key is on the wire.
 */
export class ReportKeys {
  readonly #own = generateKeyPairSync('x25519');
  /** Raw, base64url. */
  readonly publicKey = this.#own.publicKey.export({ format: 'jwk' }).x!;

  /**
   * @param theirs the probe's, raw, base64url
   * @returns undefined when theirs is no key: then its uploads are told by their signatures
   */
  agree(probeId: string, challenge: string, theirs: string): KeyObject | undefined {
    try {
      const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: theirs }, format: 'jwk' });
      const shared = diffieHellman({ privateKey: this.#own.privateKey, publicKey });
      const info = `aerie-report-key:${probeId}:${this.publicKey}:${theirs}`;
      return createSecretKey(new Uint8Array(hkdfSync('sha256', shared, challenge, info, 32)));
    } catch {
      return undefined;
    }
  }
}

/** @param mac HMAC-SHA256 over `aerie-report:`, the time, `:` and the body as sent; base64url */
export function isMacOf(key: KeyObject, time: string, body: Buffer, mac: string): boolean {
  if (!/^[A-Za-z0-9_-]{43}$/.test(mac)) return false;
  const right = createHmac('sha256', key).update(`aerie-report:${time}:`).update(body).digest();
  return timingSafeEqual(right, Buffer.from(mac, 'base64url'));
}
