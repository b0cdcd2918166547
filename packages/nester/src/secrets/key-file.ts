import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '@aerie/contract';
import { asCaller } from '../owner.ts';
import type { SecretKey } from './sealing.ts';

/** Where the key lies unless a setting says otherwise. */
export function keyFileOf(config: { data: string; secretKeyFile?: string | undefined }): string {
  return config.secretKeyFile ?? join(config.data, 'secret.key');
}

const heading = '# The key that seals the secrets of Aerie. Keep a copy apart from the backups; without it they cannot be opened.';
const lineForm = /^([0-9a-f]{12}) ([A-Za-z0-9+/]{43}=)$/;

/**
 * The keys of a file, the one that seals first; undefined when there is no file.
 * While secrets are being sealed anew the old key stands there too.
 * @throws Error that says what is wrong with the file
 */
export function readKeys(file: string): SecretKey[] | undefined {
  let text: string;
  try {
    text = asOwner(file, () => readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map(line => {
    const [, keyId, base64] = lineForm.exec(line.trim()) ?? [];
    if (keyId === undefined || base64 === undefined) throw new Error(`${file} is not a key file of Aerie`);
    return { keyId, bytes: Buffer.from(base64, 'base64') };
  });
  if (keys.length === 0) throw new Error(`${file} holds no key`);
  return keys;
}

/**
 * Writes the keys, so that at every moment the file holds the old ones or the new ones. Mode 0600.
 * @throws AppError `key_read_only` when it may not be written
 */
export function writeKeys(file: string, keys: readonly SecretKey[], how: { onlyNew: boolean }): void {
  try {
    asOwner(file, () => write(file, keys, how));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw ['EACCES', 'EPERM', 'EROFS'].includes(code) ? new AppError('key_read_only', { file }) : error;
  }
}

/** The key may lie in a folder of root's, while root has become the owner of the data. */
export function asOwner<T>(file: string, work: () => T): T {
  return statSync(dirname(file), { throwIfNoEntry: false })?.uid === 0 ? asCaller(work) : work();
}

function write(file: string, keys: readonly SecretKey[], { onlyNew }: { onlyNew: boolean }): void {
  const temporary = `${file}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, [heading, ...keys.map(({ keyId, bytes }) => `${keyId} ${bytes.toString('base64')}`), ''].join('\n'));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    // A link refuses where a rename would put a second key in the place of the first.
    if (onlyNew) linkSync(temporary, file);
    else renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(file));
}

function syncFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
