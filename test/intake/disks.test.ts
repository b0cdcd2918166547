import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs, program } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, type Person } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';

const scan = (minute: number) => {
  const at = new Date(Date.UTC(2026, 10, 20, 11, minute)).toISOString();
  return JSON.stringify({ meta: { generated_at: at }, results: [{ host: '192.168.4.10', status: 'up', ports: [] }] });
};

needs('mount')('an inbox on disks of its own', () => {
  const folder = scratchFolder('intake-disks');
  const mounted: string[] = [];
  let nester: Nester;
  let admin: Person;
  beforeEach(() => {
    mkdirSync(folder, { recursive: true });
  });
  afterEach(async () => {
    if (nester?.isRunning) await nester.kill();
    unmountAll();
    removeFolder(folder);
  });

  const at = (...path: string[]) => join(folder, ...path);
  const unmountAll = () => {
    for (const path of mounted.splice(0).reverse())
      execFileSync(join(dirname(program('mount')), 'umount'), ['--lazy', path], { stdio: 'ignore' });
  };
  const mount = (path: string, megabytes: number) => {
    mkdirSync(path, { recursive: true });
    execFileSync(program('mount'), ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'aerie-test', path]);
    mounted.push(path);
    process.once('exit', unmountAll);
  };
  const start = async () => {
    nester = await Nester.start({ folder });
    admin = await firstAdministrator(nester);
    await admin.http.call('site.create', { code: 'KC', name: 'Kansas City' });
  };
  const files = async () => (await admin.http.call('intake.list', {})).files;
  /** As a sender does: whole, and long ago. */
  const drop = (name: string, content: string) => {
    const long = Date.now() / 1_000 - 600;
    writeFileSync(at('inbox/KC', `.${name}`), content);
    utimesSync(at('inbox/KC', `.${name}`), long, long);
    renameSync(at('inbox/KC', `.${name}`), at('inbox/KC', name));
  };

  it('takes files from another file system, and copies no link', async () => {
    mount(at('inbox/KC'), 4);
    writeFileSync(at('secret.json'), scan(9));
    await start();
    symlinkSync(at('secret.json'), at('inbox/KC/link.json'));
    for (let i = 0; i < 5; i++) drop(`scan-${i}.json`, scan(i));
    await nester.saidTimes('File taken in', 5);
    await nester.said('File put into quarantine');
    expect(readdirSync(at('inbox/done')).flatMap(month => readdirSync(at('inbox/done', month)))).toHaveLength(5);
    expect(readdirSync(at('inbox/KC'))).toEqual([]);
    expect(readdirSync(at('quarantine')).filter(name => !name.endsWith('.reason'))).toEqual([]);
    expect((await files()).map(({ state }) => state).sort()).toEqual(['quarantined', ...Array(5).fill('taken')]);
  });

  it('leaves files in the inbox while its disk is full', async () => {
    mount(folder, 16);
    await start();
    mkdirSync(at('inbox/KC'), { recursive: true });
    writeFileSync(at('inbox/KC/.scan.json'), scan(1));
    utimesSync(at('inbox/KC/.scan.json'), 1_000_000, 1_000_000);
    fill();
    renameSync(at('inbox/KC/.scan.json'), at('inbox/KC/scan.json'));
    await nester.said('File cannot be taken up now; it stays in the inbox');
    expect(readdirSync(at('inbox/KC'))).toEqual(['scan.json']);
    // Nothing but the ballast goes: not even a restart is needed, but it is quicker than the next try.
    rmSync(at('ballast'));
    await nester.stop();
    await nester.start();
    await nester.said('File taken in');
    expect(await files()).toMatchObject([{ name: 'scan.json', state: 'taken', doubles: 0 }]);
    expect(readdirSync(at('inbox/KC'))).toEqual([]);
  });

  /** Takes every byte that is left. */
  function fill(): void {
    const file = openSync(at('ballast'), 'w');
    for (const size of [64 * 1024, 4_096]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
    closeSync(file);
  }
});
