import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Archives } from './archives.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-archives-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sum = (text: string) => createHash('sha256').update(text).digest('hex');

it('knows those of its own version, with their sums, and nothing else', async () => {
  const archives = new Archives(folder, '1.2.0');
  expect(await archives.list()).toEqual([]);
  for (const name of ['aerie-1.2.0-linux-x64.tar.gz', 'aerie-1.2.0-linux-arm64.tar.gz', 'aerie-1.1.0-linux-x64.tar.gz', 'secret.txt'])
    writeFileSync(join(folder, name), name);
  mkdirSync(join(folder, 'aerie-1.2.0-linux-riscv64.tar.gz'));
  expect(await archives.list()).toEqual(
    (['x64', 'arm64'] as const).map(machine => {
      const name = `aerie-1.2.0-linux-${machine}.tar.gz`;
      return { name, machine, path: join(folder, name), bytes: name.length, sha256: sum(name) };
    }),
  );
});

it('sees that one was replaced', async () => {
  const archives = new Archives(folder, '1.2.0');
  const file = join(folder, 'aerie-1.2.0-linux-x64.tar.gz');
  writeFileSync(file, 'one');
  expect((await archives.list())[0]!.sha256).toBe(sum('one'));
  rmSync(file);
  writeFileSync(file, 'other');
  expect((await archives.list())[0]!.sha256).toBe(sum('other'));
});

it('has none where there is no folder', async () => {
  expect(await new Archives(join(folder, 'missing'), '1.2.0').list()).toEqual([]);
});
