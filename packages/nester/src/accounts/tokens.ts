import { hash, randomBytes } from 'node:crypto';

/** A token that cannot be guessed: 32 random bytes in base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token: whoever reads the database cannot use it. A plain hash will do, since the token is random. */
export function tokenHash(token: string): string {
  return hash('sha256', token);
}
