import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';

const container = 10_001;

describe.runIf(process.getuid?.() === 0)('prepare.sh of the containers', () => {
  let folder: string;
  beforeEach(() => {
    folder = scratchFolder('docker-secrets');
    copyFileSync(join(root, 'deploy/docker/prepare.sh'), join(folder, 'prepare.sh'));
  });
  afterEach(() => removeFolder(folder));

  it('writes through no link that the container has left where its key lies', () => {
    const treasure = join(folder, 'treasure');
    writeFileSync(treasure, 'root only');
    chmodSync(treasure, 0o600);
    const key = join(folder, 'secrets/nester/secret.key');
    mkdirSync(join(folder, 'secrets/nester'), { recursive: true });
    chownSync(join(folder, 'secrets/nester'), container, container);
    for (const link of [key, `${key}.new`]) symlinkSync(link === key ? '/nowhere' : treasure, link);
    execFileSync('sh', [join(folder, 'prepare.sh'), 'school.example'], { stdio: 'pipe' });
    expect(readFileSync(treasure, 'utf8')).toBe('root only');
    expect(statSync(treasure)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(key)).toMatchObject({ uid: container, gid: container });
    expect(readFileSync(key, 'utf8')).toMatch(/^[0-9a-f]{12} \S{44}\n$/);
  });
});
