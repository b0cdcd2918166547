import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('the key that systemd hands to a service', () => {
  let folder: string;
  let file: string;
  let credential: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-config-'));
    file = join(folder, 'nester.toml');
    writeFileSync(file, 'secretKeyFile = "/etc/aerie/secret.key"\n');
    credential = join(folder, 'secret.key');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const keyFile = (flags: Parameters<typeof readConfig>[0], environment: Record<string, string>, toml?: string) => {
    const { secretKeyFile, sources } = readConfig(flags, environment, toml);
    return [secretKeyFile, sources.secretKeyFile];
  };

  it('stands in for what the file of settings names, and for the default', () => {
    writeFileSync(credential, 'key');
    const given = { CREDENTIALS_DIRECTORY: folder };
    expect(keyFile({}, given, file)).toEqual([credential, 'environment']);
    expect(keyFile({}, given)).toEqual([credential, 'environment']);
    expect(keyFile({}, { ...given, AERIE_SECRET_KEY_FILE: '/other' }, file)).toEqual(['/other', 'environment']);
    expect(keyFile({ secretKeyFile: '/flag' }, given, file)).toEqual(['/flag', 'flag']);
  });

  it('changes nothing where none is handed', () => {
    expect(keyFile({}, {}, file)).toEqual(['/etc/aerie/secret.key', 'file']);
    // Credentials of another kind.
    expect(keyFile({}, { CREDENTIALS_DIRECTORY: folder }, file)).toEqual(['/etc/aerie/secret.key', 'file']);
    expect(keyFile({}, { CREDENTIALS_DIRECTORY: folder })).toEqual([undefined, undefined]);
  });
});
