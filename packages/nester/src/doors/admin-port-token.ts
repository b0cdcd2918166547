import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shortest = 32;

/** The word that opens the administration port: kept in the folder of data, for its owner only; made when it is not there. */
export function adminPortToken(folder: string): string {
  const path = join(folder, 'admin-port.token');
  const kept = readIfThere(path);
  if (kept.length >= shortest) {
    chmodSync(path, 0o600);
    return kept;
  }
  const token = randomBytes(32).toString('base64url');
  writeFileSync(`${path}.new`, `${token}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return token;
}

/** Compares in a time that tells nothing of the token. */
export function isToken(given: unknown, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(token));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
