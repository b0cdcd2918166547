import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Failure } from './failure.ts';
import { writeDurably } from './files.ts';

const identitySchema = z.strictObject({
  v: z.literal(1),
  url: z.url({ protocol: /^https?$/ }),
  /** SHA-256 of the one certificate that Nester may show, base64url; absent where the usual authorities vouch for it. */
  pin: z.string().optional(),
  probeId: z.string(),
  siteCode: z.string(),
  siteName: z.string(),
});
/** Who this probe is, and to whom it reports. The key stands beside it, in `probe.key`. */
export type Identity = z.infer<typeof identitySchema>;

/** The key of a probe. Its private half never leaves the folder. */
export class ProbeKey {
  readonly #key: KeyObject;

  constructor(pem: string) {
    this.#key = createPrivateKey(pem);
  }

  /** @returns a new key, and it as PEM to be kept */
  static create(): { key: ProbeKey; pem: string } {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { key: new ProbeKey(pem), pem };
  }

  /** The public half: 32 bytes as base64url. */
  get publicKey(): string {
    return this.#key.export({ format: 'jwk' }).x!;
  }

  /** Ed25519 over the text, base64url. */
  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#key).toString('base64url');
  }
}

const identityFile = (folder: string) => join(folder, 'identity.json');
const keyFile = (folder: string) => join(folder, 'probe.key');

export function isEnrolled(folder: string): boolean {
  return existsSync(identityFile(folder));
}

/** Keeps who the probe is. The key comes first: an identity without its key would be of no use. */
export function keepIdentity(folder: string, identity: Identity, pem: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeDurably(keyFile(folder), pem);
  writeDurably(identityFile(folder), `${JSON.stringify(identity, null, 2)}\n`);
}

/** Who the probe is. @throws Failure when the folder has nobody, or somebody who cannot be read */
export function readIdentity(folder: string): { identity: Identity; key: ProbeKey } {
  if (!isEnrolled(folder)) {
    throw new Failure(
      `No probe is enrolled in ${folder}. Paste the line that the site's page gives: npx harvester enrol URL CODE. Or name the right folder with --data.`,
    );
  }
  try {
    const identity = identitySchema.parse(JSON.parse(readFileSync(identityFile(folder), 'utf8')));
    return { identity, key: new ProbeKey(readFileSync(keyFile(folder), 'utf8')) };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is damaged';
    throw new Failure(`The identity of the probe in ${folder} cannot be read (${reason}). Enrol it again with --force.`);
  }
}
