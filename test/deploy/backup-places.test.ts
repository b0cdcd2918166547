import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBackup } from '../../packages/nester/src/backups/make.ts';
import { makingOf, say, stateOf } from '../../packages/nester/test/backed-up.ts';
import { nester as command, nesterHere as commandHere } from '../../packages/nester/test/terminal.ts';
import { needs, program } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator } from '../kit/people.ts';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';
import { until, within } from '../kit/wait.ts';
import { SshServer } from './ssh-server.ts';

const isRoot = process.getuid?.() === 0;
const account = isRoot ? 'nobody' : userInfo().username;
const backupsIn = (folder: string) =>
  readdirSync(folder)
    .filter(name => name !== '.backup.lock')
    .sort();

needs('sshd')('a copy of a backup over SSH', () => {
  let server: SshServer;
  let data: string;
  beforeEach(async () => {
    data = scratchFolder('data');
    await say({ folder: data, databaseUrl: undefined, remove: async () => {} }, 'one');
    server = await SshServer.open();
    await server.start();
    trust('host');
  });
  afterEach(async () => {
    await server.remove();
    removeFolder(data);
  });

  /** Gives Nester a key, and the key of that host. */
  const trust = (host: 'host' | 'other_host') => {
    server.pin(host);
    mkdirSync(join(data, '.ssh'), { recursive: true });
    copyFileSync(server.knownHosts, join(data, '.ssh/known_hosts'));
    copyFileSync(join(server.folder, 'key'), join(data, '.ssh/id_ed25519'));
    const port = /:(\d+) /.exec(readFileSync(server.knownHosts, 'utf8'))![1];
    writeFileSync(join(data, '.ssh/config'), `Host 127.0.0.1\n  Port ${port}\n`);
  };
  const target = (folder = '') => `${account}@127.0.0.1:${folder}`;
  const backUp = (...args: string[]) => command(['backup', '--data', data, ...args]);

  it('gets there whole, with its checksum, and is told', async () => {
    mkdirSync(join(server.far, 'kept'));
    if (isRoot) chownSync(join(server.far, 'kept'), 65_534, 65_534);
    const { code, stderr } = await backUp('--copy', target('kept'));
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Sent a copy to ${target('kept')}; nothing is thinned out there.`)]);
    const here = backupsIn(join(data, 'backups'));
    expect(readdirSync(join(server.far, 'kept')).sort()).toEqual(here);
    for (const name of here) expect(readFileSync(join(server.far, 'kept', name))).toEqual(readFileSync(join(data, 'backups', name)));
    expect((await command(['verify', join(server.far, 'kept', here[0]!)])).code).toBe(0);
    // By the setting, into the folder where SFTP begins.
    expect((await backUp('--backup-copy', target())).code).toBe(0);
    expect(readdirSync(server.far).filter(name => name.endsWith('.tar.gz'))).toHaveLength(1);
    expect(readdirSync(server.far).filter(name => name.startsWith('.'))).toEqual([]);
  });

  it('that fails keeps the backup, and says why, to Nester too', async () => {
    const spoiled: [() => unknown, RegExp][] = [
      [() => trust('other_host'), /failed: its host key is not known, or another one\./],
      [() => rmSync(join(data, '.ssh/known_hosts')), /failed: its host key is not known, or another one\./],
      [() => copyFileSync(join(server.folder, 'other_host'), join(data, '.ssh/id_ed25519')), /failed: .*Permission denied/],
      // A file is in the way of the folder.
      [() => writeFileSync(join(server.far, 'there'), ''), /failed: .*there/],
      [() => server.stop(), /failed: .*Connection refused/],
    ];
    const nester = await Nester.start({ folder: data });
    try {
      for (const [i, [spoil, says]] of spoiled.entries()) {
        trust('host');
        await spoil();
        const { code, stderr } = await backUp('--copy', target('there'), '--no-thin');
        expect([code, stderr.split('\n').at(-2)]).toEqual([1, expect.stringMatching(says)]);
        expect(stderr).toContain('The backup itself is made and kept:');
        expect(backupsIn(join(data, 'backups'))).toHaveLength(2 * (i + 1));
        await nester.saidTimes('A backup was made, and not copied', i + 1);
      }
      expect(nester.output).toMatch(/not copied .*"copied":false.*The copy to/);
    } finally {
      await nester.kill();
    }
  });

  it('is refused to a place that is none', async () => {
    for (const wrong of ['-oProxyCommand=id@x:y', 'a@b', 'a b@c:d', 'a@b:x y', 'a@b:x;y'])
      expect(await commandHere(['backup', '--data', data, '--copy', wrong])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('write USER@HOST:FOLDER'),
      });
    expect(existsSync(join(data, 'backups'))).toBe(false);
  });
});

needs('mount')('a backup on disks of its own', () => {
  const folder = scratchFolder('backup-disks');
  const mounted: string[] = [];
  const at = (...path: string[]) => join(folder, ...path);
  const unmountAll = () => {
    for (const path of mounted.splice(0).reverse())
      execFileSync(join(dirname(program('mount')), 'umount'), ['--lazy', path], { stdio: 'ignore' });
  };
  const mount = (path: string, size: string) => {
    mkdirSync(path, { recursive: true });
    execFileSync(program('mount'), ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'aerie-test', path]);
    mounted.push(path);
    process.once('exit', unmountAll);
  };
  afterEach(() => {
    unmountAll();
    removeFolder(folder);
  });

  it('that is full leaves nothing there, and says so, to Nester too', async () => {
    mount(at('small'), '24m');
    mkdirSync(at('data'));
    const nester = await Nester.start({ folder: at('data') });
    try {
      mkdirSync(at('data/files'));
      writeFileSync(
        at('data/files/large'),
        Buffer.alloc(3_000_000).map(() => Math.random() * 256),
      );
      // Room for the first steps, then for more and more of them.
      for (const kilobytes of [100, 500, 1_500, 3_000]) {
        const ballast = Buffer.alloc(24 * 1024 * 1024 - kilobytes * 1024);
        writeFileSync(at('small/ballast'), ballast);
        const { code, stderr } = await command(['backup', '--data', at('data'), '--out', at('small')]);
        expect([code, stderr]).toEqual([
          1,
          expect.stringMatching(/^nester: (?:The disk of .*small is full\. Nothing was left there|.*small.* has too little room)/),
        ]);
        expect(backupsIn(at('small'))).toEqual(['ballast']);
      }
      rmSync(at('small/ballast'));
      await nester.saidTimes('A backup failed', 4);
      expect((await command(['backup', '--data', at('data'), '--out', at('small')])).code).toBe(0);
      await nester.said('A backup was made');
    } finally {
      await nester.kill();
    }
  });

  it('leaves the present state as it is where there is no room to restore', async () => {
    mount(at('data'), '24m');
    const database = { folder: at('data'), databaseUrl: undefined, remove: async () => {} };
    await say(database, 'one');
    const { file } = await makeBackup({ ...makingOf(database), folder: at('away') });
    await say(database, 'two');
    const now = await stateOf(database);
    fill();
    const { code, stderr } = await command(['restore', file, '--data', at('data')]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^nester: .*(?:is full|too little room)/)]);
    rmSync(at('data/ballast'));
    expect(await stateOf(database)).toEqual(now);
    expect(readdirSync(at('data')).filter(name => /restore/.test(name))).toEqual([]);
  });

  it('puts files back into an inbox on another disk, and refuses folders that it could not move', async () => {
    mount(at('data/inbox'), '4m');
    const database = { folder: at('data'), databaseUrl: undefined, remove: async () => {} };
    await say(database, 'one');
    mkdirSync(at('data/inbox/KC'));
    writeFileSync(at('data/inbox/KC/scan.json'), 'old');
    utimesSync(at('data/inbox/KC/scan.json'), 1_700_000_000, 1_700_000_000);
    const { file } = await makeBackup({ ...makingOf(database), folder: at('away') });
    rmSync(at('data/inbox/KC'), { recursive: true });
    expect((await command(['restore', file, '--data', at('data')])).code).toBe(0);
    expect((await stateOf(database)).files).toEqual({ 'inbox/KC/scan.json': 'old' });
    expect(statSync(at('data/inbox/KC/scan.json')).mtimeMs).toBe(1_700_000_000_000);
    // Twice changes nothing.
    expect((await command(['restore', file, '--data', at('data')])).code).toBe(0);
    expect((await stateOf(database)).files).toEqual({ 'inbox/KC/scan.json': 'old' });
    mount(at('data/quarantine'), '1m');
    const refused = await command(['restore', file, '--data', at('data')]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('quarantine is a file system of its own')]);
  });

  /** Takes every byte that is left. */
  function fill(): void {
    const file = openSync(at('data/ballast'), 'w');
    try {
      for (;;) writeSync(file, Buffer.alloc(4_096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }
});

describe('the commands, killed', () => {
  let nester: Nester;
  afterEach(() => nester.remove());

  /** Runs a command and kills it as soon as something of that name is in a folder; says whether it was still at work. */
  async function killedAt(args: string[], folder: string, seen: (name: string) => boolean): Promise<boolean> {
    const child: ChildProcess = spawn(process.execPath, [join(root, 'packages/nester/bin/nester.js'), ...args], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const subscribe = (listener: () => void) => {
      const watcher = watch(folder, listener);
      return () => watcher.close();
    };
    await until('the work', subscribe, () => readdirSync(folder).some(seen));
    child.kill('SIGKILL');
    const [, signal] = await within(20_000, 'the end', ended);
    return signal === 'SIGKILL';
  }

  it('leave no half backup, and no half state', async () => {
    nester = await Nester.start();
    const data = nester.folder;
    const admin = await firstAdministrator(nester);
    const channelId = await channelNamed(admin, 'général');
    await admin.http.call('message.send', { channelId, content: 'before' });
    mkdirSync(join(data, 'files'));
    writeFileSync(join(data, 'files/large'), Buffer.alloc(20_000_000, 'x'));
    const backups = join(data, 'backups');
    mkdirSync(backups);
    expect(await killedAt(['backup', '--data', data], backups, name => name.startsWith('.aerie-part-'))).toBe(true);
    expect(readdirSync(backups).filter(name => name.startsWith('aerie-'))).toEqual([]);
    const { code, stdout } = await command(['backup', '--data', data, '--json', '--keep']);
    expect(code).toBe(0);
    expect(backupsIn(backups)).toHaveLength(3);
    await admin.http.call('message.send', { channelId, content: 'after' });
    expect(await command(['restore', JSON.parse(stdout).file, '--data', data])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Stop it first'),
    });
    await nester.kill();
    // Beside a Nester that is dead: what it had acknowledged stands in the log of its database only.
    const ofDead = JSON.parse((await command(['backup', '--data', data, '--json'])).stdout);
    expect(ofDead.counts.messages).toBe(JSON.parse(stdout).counts.messages + 1);
    const isKilled = await killedAt(['restore', JSON.parse(stdout).file, '--data', data], data, name => name === '.restore');
    await nester.start();
    const { messages } = await admin.http.call('message.history', { channelId, limit: 10 });
    const contents = messages.map(({ content }) => content);
    // As soon as it begins to unpack: nothing was decided yet.
    if (isKilled) expect(contents).toContain('after');
    expect(contents).toContain('before');
    expect(readdirSync(data).filter(name => /restore/.test(name))).toEqual([]);
  });
});

describe('somebody at a terminal', () => {
  const data = scratchFolder('asked');
  afterEach(() => removeFolder(data));

  it('is asked before anything is replaced, unless they say yes beforehand', async () => {
    const database = { folder: data, databaseUrl: undefined, remove: async () => {} };
    await say(database, 'one');
    const { file } = await makeBackup(makingOf(database));
    await say(database, 'two');
    const restore = async (answer: string, ...args: string[]) => {
      const typed = [process.execPath, join(root, 'packages/nester/bin/nester.js'), 'restore', file, '--data', data, ...args];
      const child = spawn('script', ['--quiet', '--return', '--command', typed.map(word => `'${word}'`).join(' '), '/dev/null'], {
        stdio: 'pipe',
      });
      let shown = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (!shown.includes('Type yes:') && (shown + text).includes('Type yes:')) child.stdin.write(`${answer}\n`);
        shown += text;
      });
      const [code] = await within(30_000, 'the end', once(child, 'exit'));
      return { code, shown };
    };
    expect(await restore('no')).toMatchObject({ code: 1, shown: expect.stringContaining('Nothing was changed.') });
    expect((await stateOf(database)).messages.at(-1)).toBe('two');
    expect(readdirSync(data)).not.toContain('.restore');
    expect((await restore('yes')).code).toBe(0);
    expect((await stateOf(database)).messages.at(-1)).toBe('one');
    const { code, shown } = await restore('', '--yes');
    expect([code, shown]).toEqual([0, expect.not.stringContaining('Type yes')]);
  });
});

describe.runIf(isRoot)('root, on the data of another user', () => {
  const data = scratchFolder('owned');
  afterEach(() => removeFolder(data));

  it('makes and restores backups that are the user’s, and follows no link of theirs', async () => {
    await say({ folder: data, databaseUrl: undefined, remove: async () => {} }, 'one');
    mkdirSync(join(data, 'inbox'), { recursive: true });
    const secrets = scratchFolder('root-only');
    try {
      writeFileSync(join(secrets, 'secret'), 'of root', { mode: 0o600 });
      execFileSync('chmod', ['700', secrets]);
      execFileSync('chmod', ['711', dirname(data)]);
      symlinkSync(secrets, join(data, 'files'));
      execFileSync('chown', ['-Rh', '65534:65534', data]);
      const { code, stderr, stdout } = await command(['backup', '--data', data, '--json']);
      expect([code, stderr]).toEqual([1, expect.stringContaining('files cannot be used: you have no right to it')]);
      rmSync(join(data, 'files'));
      expect(stdout).toBe('');
      const made = JSON.parse((await command(['backup', '--data', data, '--json'])).stdout);
      expect(statSync(made.file)).toMatchObject({ uid: 65_534, gid: 65_534 });
      // The file may be where only root may read.
      copyFileSync(made.file, join(secrets, 'backup.tar.gz'));
      const restored = await command(['restore', join(secrets, 'backup.tar.gz'), '--data', data]);
      expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining('Start Nester.')]);
      // A new folder where only root may make one.
      execFileSync('chmod', ['711', secrets]);
      const outside = join(secrets, 'backups');
      expect((await command(['backup', '--data', data, '--out', outside])).code).toBe(0);
      expect(statSync(outside)).toMatchObject({ uid: 65_534 });
      const owners = execFileSync('find', [data, '!', '-uid', '65534'], { encoding: 'utf8' });
      expect(owners).toBe('');
    } finally {
      removeFolder(secrets);
    }
  });
});
