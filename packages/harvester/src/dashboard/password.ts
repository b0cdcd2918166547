import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { writeDurably } from '../files.ts';

/** OWASP's lower setting for Argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const shortest = 12;
const longest = 1_024;

const file = (folder: string) => join(folder, 'dashboard.password');

/** What is kept of a password: a salt, and what Argon2id makes of both. */
export interface KeptPassword {
  salt: Buffer;
  tag: Buffer;
}

/**
 * Keeps the password of the dashboard: only what Argon2id makes of it, in a file for the owner alone.
 * @throws Failure when it is too short
 */
export async function keepPassword(folder: string, password: string): Promise<void> {
  const length = [...password.normalize('NFC')].length;
  if (length < shortest) throw new Failure(`This password is too short: ${shortest} characters at least. Several words make a good one.`);
  if (length > longest) throw new Failure(`This password is too long: ${longest} characters at most.`);
  const salt = randomBytes(16);
  const tag = await derive(password, salt);
  writeDurably(file(folder), `argon2id ${salt.toString('base64')} ${tag.toString('base64')}\n`);
}

/** From now on no password is asked. */
export function forgetPassword(folder: string): void {
  rmSync(file(folder), { force: true });
}

/** The password that was kept; undefined when none was. @throws Failure when the file cannot be read: then nobody is let in */
export function readPassword(folder: string): KeptPassword | undefined {
  let text: string;
  try {
    text = readFileSync(file(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(
      `The password of the dashboard cannot be read (${(error as NodeJS.ErrnoException).code}). Set it again: npx harvester password`,
    );
  }
  const [, salt, tag] = /^argon2id ([\w+/=]+) ([\w+/=]+)\n$/.exec(text) ?? [];
  if (!salt || !tag || Buffer.from(tag, 'base64').length !== tagLength)
    throw new Failure('The password of the dashboard is damaged. Set it again: npx harvester password');
  return { salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

/** Whether this is the password that was kept. */
export async function isPassword(typed: string, { salt, tag }: KeptPassword): Promise<boolean> {
  return timingSafeEqual(await derive(typed.slice(0, longest * 2), salt), tag);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  // One spelling of accents, whatever keyboard typed them.
  const parameters: Argon2Parameters = { ...cost, tagLength, message: Buffer.from(password.normalize('NFC')), nonce: salt };
  return new Promise((resolve, reject) => argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag))));
}
