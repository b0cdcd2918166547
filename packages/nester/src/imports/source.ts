import { digestOf } from '../accounts/hashing.ts';

/** What a file of another server holds, as far as it can be understood without knowing what is here. */
export interface Source {
  file: string;
  users: SourceUser[];
  messages: SourceMessage[];
  /** What cannot even be asked for. */
  refused: RefusedRow[];
  /** How many times of messages were written without a zone. */
  localTimes: number;
}

export interface SourceUser {
  /** Where it stands in the file, for people. */
  row: string;
  name: string;
  password: OldPassword;
  createdAt: number | undefined;
}

export interface SourceMessage {
  row: string;
  author: string;
  channel: string | undefined;
  to: string | undefined;
  content: string;
  at: number;
  /** The same whenever the same row of the same file is read. */
  key: string;
  /** What reading it changed, for people. */
  changes: string[];
}

export interface RefusedRow {
  what: 'accounts' | 'messages';
  row: string;
  reason: string;
}

/** Longer names, which nobody can have, are not even asked for. */
export const longestName = 200;

/** Why a file cannot be read at all: one line, what is wrong and the mend. */
export class SourceFault extends Error {}

/** Of an old password only its SHA-256 digest is kept; undefined where none is known. */
export type OldPassword = { digest: string } | { digest: undefined; why: string };

const sha256Hex = /^[0-9a-f]{64}$/i;
/** What other programs store in place of a password: nobody can log in with that. */
const otherHash = /^(?:\$[a-z0-9-]+\$|(?:pbkdf2|scrypt|argon2|bcrypt)[:$_])|^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{96}|[0-9a-f]{128})$/i;
const longestPassword = 256;

/** What a server kept as a password: plain text, or its SHA-256 digest in hex. */
export function oldPassword(kept: unknown): OldPassword {
  if (kept === undefined || kept === null || kept === '') return { digest: undefined, why: 'none was kept' };
  if (typeof kept !== 'string') return { digest: undefined, why: 'what was kept is no text' };
  if (sha256Hex.test(kept)) return { digest: kept.toLowerCase() };
  if (otherHash.test(kept)) return { digest: undefined, why: 'what was kept is a hash of another kind than SHA-256' };
  if (kept.length > longestPassword) return { digest: undefined, why: `it is longer than ${longestPassword} characters` };
  return { digest: digestOf(kept.normalize('NFC')) };
}

/** Something unknown that stood in a file, so that it can be shown anywhere: on one line, quoted, not long. */
export function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
  return JSON.stringify(short.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
