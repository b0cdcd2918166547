import { existsSync } from 'node:fs';
import { AppError } from '@aerie/contract';
import { readKeys, writeKeys } from './key-file.ts';
import { keyIdOf, newKey, type SecretKey, seal, unseal } from './sealing.ts';

/** Seals and opens secrets with the keys of one file. */
export class Vault {
  readonly #file: string;
  #keys: SecretKey[] | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Makes the key file, unless there is one. */
  make(): void {
    if (!existsSync(this.#file)) writeKeys(this.#file, [newKey()], { onlyNew: true });
  }

  /** @throws AppError `secrets_locked` when there is no key */
  seal(text: string, purpose: string): string {
    return seal(this.#known()[0]!, text, purpose);
  }

  /** @throws AppError `secrets_locked` when the key is missing or another one */
  open(sealed: string, purpose: string): string {
    const keyId = keyIdOf(sealed);
    const find = () => this.#known().find(key => key.keyId === keyId);
    let key = find();
    if (!key) {
      // Somebody may have put the right file back.
      this.#keys = undefined;
      key = find();
    }
    if (!key) throw locked(`${this.#file} does not hold the key ${keyId ?? '?'}`);
    try {
      return unseal(key, sealed, purpose);
    } catch {
      throw locked(`what was sealed with the key ${key.keyId} does not open: it was changed`);
    }
  }

  /**
   * From now on these are the keys, the one that seals first.
   * @throws AppError `key_read_only` when the file may not be written
   */
  replace(keys: SecretKey[]): void {
    writeKeys(this.#file, keys, { onlyNew: false });
    this.#keys = keys;
  }

  /** All keys of the file; none when it cannot be read. */
  keysOrNone(): readonly SecretKey[] {
    try {
      return this.#known();
    } catch {
      return [];
    }
  }

  #known(): SecretKey[] {
    if (this.#keys) return this.#keys;
    let keys: SecretKey[] | undefined;
    try {
      keys = readKeys(this.#file);
    } catch (error) {
      throw locked((error as Error).message);
    }
    if (!keys) throw locked(`${this.#file} is missing`);
    this.#keys = keys;
    return keys;
  }
}

function locked(reason: string): AppError {
  return new AppError('secrets_locked', { reason });
}
