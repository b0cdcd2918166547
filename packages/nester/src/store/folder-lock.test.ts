import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderInUse, lockFolder } from './folder-lock.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'aerie-lock-'));
  folder = join(parent, 'data');
});
afterEach(() => rmSync(parent, { recursive: true }));

describe('the lock of a data folder', () => {
  it('makes the folder, for its owner only', async () => {
    const unlock = await lockFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'nester.lock')).mode & 0o777).toBe(0o600);
    await unlock();
  });

  it.runIf(process.getuid?.() === 0)('belongs to the owner of the folder, though root made it', async () => {
    mkdirSync(folder);
    chownSync(folder, 65_534, 65_534);
    const unlock = await lockFolder(folder);
    expect(statSync(join(folder, 'nester.lock'))).toMatchObject({ uid: 65_534, gid: 65_534 });
    await unlock();
  });

  it('is refused while somebody of the same process has it, and free afterwards', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse);
    await unlock();
    await (await lockFolder(folder))();
  });

  it('is refused while another process has it, and free the moment that one is killed', async () => {
    const script = `
      import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
      await lockFolder(${JSON.stringify(folder)});
      console.log('locked');
      setInterval(() => {}, 60_000);
    `;
    const other = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(other.stdout, 'data');
      await expect(lockFolder(folder)).rejects.toThrow(/in use by another Nester/);
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
    await (await lockFolder(folder))();
  });
});
