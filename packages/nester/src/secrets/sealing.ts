import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key that seals secrets at rest. */
export interface SecretKey {
  keyId: string;
  /** 32 bytes. */
  bytes: Buffer;
}

const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;

export function newKey(): SecretKey {
  return { keyId: randomBytes(6).toString('hex'), bytes: randomBytes(32) };
}

/**
 * Seals a text with AES-256-GCM. `purpose` is sealed along: moved to another place, it does not open.
 * @returns `v1.KEYID.…`
 */
export function seal(key: SecretKey, text: string, purpose: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(`${version}.${key.keyId}.${purpose}`));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${key.keyId}.${sealed.toString('base64url')}`;
}

/** The id of the key that sealed it; undefined when it is not sealed. */
export function keyIdOf(sealed: string): string | undefined {
  return /^v1\.([0-9a-f]+)\.[\w-]+$/.exec(sealed)?.[1];
}

/** @throws when it was changed, moved, or sealed with another key of the same id */
export function unseal(key: SecretKey, sealed: string, purpose: string): string {
  const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(`${version}.${key.keyId}.${purpose}`));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
}
