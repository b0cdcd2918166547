import { statSync } from 'node:fs';
import { AppError } from '@aerie/contract';
import type { Config } from '../../config.ts';
import { keyFileOf, readKeys } from '../../secrets/key-file.ts';
import { Vault } from '../../secrets/vault.ts';
import { type Finding, forRoot, good, note, wrong } from '../finding.ts';

const mend =
  'Put the right file back, or name it with AERIE_SECRET_KEY_FILE. If it is lost: "nester secret rotate --forget", then type the secrets again.';

/** The key that seals secrets: there, closed to others, and the one that opens what is sealed. */
export function checkSecrets(config: Config, sealed: readonly { purpose: string; sealed: string }[]): Finding[] {
  const file = keyFileOf(config);
  if (isRootsAlone(file)) return [forRoot(`The key of the secrets, ${file},`)];
  const findings: Finding[] = [];
  let keys: ReturnType<typeof readKeys>;
  try {
    keys = readKeys(file);
  } catch (error) {
    return [wrong(`The key of the secrets cannot be used: ${(error as Error).message}`, mend)];
  }
  if (!keys) {
    if (sealed.length > 0) return [wrong(`The key of ${sealed.length} secrets is missing: ${file}`, mend)];
    return [note(`The key of the secrets is not made yet: ${file}`, 'Nester makes it when it first starts.')];
  }
  const vault = new Vault(file);
  try {
    for (const one of sealed) vault.open(one.sealed, one.purpose);
    findings.push(good(`${sealed.length === 1 ? '1 secret' : `${sealed.length} secrets`} sealed with the key in ${file}`));
  } catch (error) {
    findings.push(wrong(`Secrets cannot be opened: ${error instanceof AppError ? error.params.reason : (error as Error).message}`, mend));
  }
  if ((statSync(file).mode & 0o077) !== 0) findings.push(wrong(`Other users of this machine can read ${file}`, `chmod 600 ${file}`));
  if (keys.length > 1)
    findings.push(note(`A change of the key did not end: ${file} holds ${keys.length}`, 'Run "nester secret rotate" again.'));
  return findings;
}

/** A key that root gives to the service as a credential is no business of anybody else. */
function isRootsAlone(file: string): boolean {
  try {
    return process.getuid?.() !== 0 && statSync(file).uid === 0;
  } catch {
    return false;
  }
}
