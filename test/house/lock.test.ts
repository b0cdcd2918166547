import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeLock, type LockFile } from '../../scripts/complete-lock.ts';

const root = join(import.meta.dirname, '..', '..');

describe('package-lock.json', () => {
  it('is fit for npm ci everywhere (else run: node scripts/complete-lock.ts)', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
    expect(lock).toEqual(completeLock(lock));
  });

  it('holds no address of a registry', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/);
  });
});

describe('completing a lock file', () => {
  const parent = { dev: true, optionalDependencies: { '@tool/cli-linux-arm64-musl': '1.2.3', '@tool/binding-win32-x64-msvc': '1.2.3' } };
  const complete = (packages: LockFile['packages']) => completeLock({ packages }).packages;

  it('adds platform packages with the platform that their name says', () => {
    expect(complete({ 'node_modules/tool': parent })).toEqual({
      'node_modules/@tool/binding-win32-x64-msvc': { version: '1.2.3', cpu: ['x64'], dev: true, optional: true, os: ['win32'] },
      'node_modules/@tool/cli-linux-arm64-musl': {
        version: '1.2.3',
        cpu: ['arm64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
      'node_modules/tool': parent,
    });
  });

  it('leaves alone what some folder above has', () => {
    const packages = {
      'node_modules/@tool/cli-linux-x64': { version: '1.2.3' },
      'node_modules/a/node_modules/tool': { optionalDependencies: { '@tool/cli-linux-x64': '1.2.3' } },
    };
    expect(complete(packages)).toEqual(packages);
  });

  it('does not guess when the name does not say the platform', () => {
    expect(() => complete({ 'node_modules/tool': { optionalDependencies: { fast: '^1.0.0' } } })).toThrow('fast@^1.0.0');
  });

  it('takes engines from platform packages only', () => {
    const engines = { node: '>=24' };
    const kept = { 'node_modules/a': { version: '1.0.0', engines }, 'node_modules/b': { version: '1.0.0', optional: true } };
    expect(complete({ ...kept, 'node_modules/b': { ...kept['node_modules/b'], engines } })).toEqual(kept);
  });
});
