import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LockFile, missingEntries } from '../../scripts/complete-lock.ts';

const root = join(import.meta.dirname, '..', '..');

describe('package-lock.json', () => {
  it('names the packages of every platform, as npm ci wants it (else: node scripts/complete-lock.ts)', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
    expect(Object.keys(missingEntries(lock))).toEqual([]);
  });

  it('holds no address of a registry', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/);
  });
});

describe('what a lock file lacks', () => {
  const parent = (optionalDependencies: Record<string, string>) => ({
    packages: { 'node_modules/tool': { dev: true, optionalDependencies } },
  });

  it('is given with the platform that its name says', () => {
    expect(missingEntries(parent({ '@tool/cli-linux-arm64-musl': '1.2.3', '@tool/binding-win32-x64-msvc': '1.2.3' }))).toEqual({
      'node_modules/@tool/cli-linux-arm64-musl': {
        version: '1.2.3',
        cpu: ['arm64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
      'node_modules/@tool/binding-win32-x64-msvc': { version: '1.2.3', cpu: ['x64'], dev: true, optional: true, os: ['win32'] },
    });
  });

  it('is not given when some folder above has it', () => {
    const lock = parent({ '@tool/cli-linux-x64': '1.2.3' });
    expect(missingEntries({ packages: { ...lock.packages, 'node_modules/@tool/cli-linux-x64': { version: '1.2.3' } } })).toEqual({});
  });

  it('is not guessed when the name does not say the platform', () => {
    expect(() => missingEntries(parent({ fast: '^1.0.0' }))).toThrow('fast@^1.0.0');
  });
});
