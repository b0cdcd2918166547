import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { bring, install, picture } from './installed.ts';
import { bootMs, Machine } from './machine.ts';
import { changed, type Release, release } from './release.ts';
import { Cable, ends } from './two-machines.ts';

const installer = '/opt/aerie/current/deploy/debian/install.sh';

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
)('install.sh', () => {
  let made: Release;
  let newer: Release;
  let cable: Cable;
  let machine: Machine;
  let site: Machine;
  let setupLink = '';
  beforeAll(async () => {
    made = await release();
    cable = new Cable();
    [machine, site] = await Promise.all([Machine.boot({ netns: cable.nester }), Machine.boot({ netns: cable.probe })]);
  }, bootMs);
  afterAll(async () => {
    await Promise.all([machine?.stop(), site?.stop()]);
    cable?.remove();
  });

  const stat = async (path: string) => (await machine.run('stat', ['-c', '%U:%G %a', path])).stdout.trim();
  const inUse = async () => (await machine.run('nester', ['--version'])).stdout;
  /** Ada writes, as an old client does; it is on disk when the next answer comes. */
  const write = async (content: string) => {
    const client = await LineClient.connect({ host: '127.0.0.1', port: await machine.reach(12345) });
    await client.logInOld('Ada', password);
    client.write({ type: 'message', content });
    client.write({ type: 'users' });
    await client.next('the answer to users', line => line.type === 'users');
    await client.close();
  };
  const written = async () => {
    const { stdout } = await machine.run('nester', ['export', 'messages', '--format', 'json']);
    const all = (JSON.parse(stdout) as { content: string }[]).map(({ content }) => content);
    // Aerie itself welcomes the first administrator.
    return all.filter(content => !content.startsWith('Bienvenue'));
  };

  it('says all that it would do, and does nothing', async () => {
    const before = await picture(machine, ['/etc', '/usr/local']);
    // runs: tar -xzf aerie-0.1.0-linux-x64.tar.gz
    // runs: sh aerie-0.1.0-linux-x64/deploy/debian/install.sh --dry-run
    const { stdout } = await install(machine, bring(machine, made), ['--dry-run']);
    for (const what of ['/opt/aerie/releases/', 'the account aerie', '/etc/aerie/nester.toml', 'UFW', 'start Nester'])
      expect(stdout).toContain(what);
    expect(await picture(machine, ['/etc', '/usr/local'])).toEqual(before);
    await machine.run('test', ['!', '-e', '/opt/aerie', '-a', '!', '-e', '/var/log/aerie-install.log']);
  });

  it('refuses what it cannot do well, and says the mend', async () => {
    const run = (args: string[]) =>
      machine.run('sh', [`/root/aerie-${made.version}-linux-${process.arch}/deploy/debian/install.sh`, ...args], { mayFail: true });
    expect(await run(['--nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--help') });
    expect(await run(['--without', 'nginx,sendmail'])).toMatchObject({ code: 2, stderr: expect.stringContaining('sendmail') });
    expect(await run(['--upgrade'])).toMatchObject({ code: 1, stderr: expect.stringContaining('without --upgrade') });
    const listens = 'import socket, sys; s = socket.create_server(("", 12345)); print("up", flush=True); sys.stdin.read()';
    const old = machine.spawn('python3', ['-c', listens]);
    const gone = once(old, 'exit');
    await once(old.stdout!, 'data');
    const refused = { code: 1, stderr: expect.stringMatching(/12345 is in use by python3.*nester import classcord/) };
    expect(await run(['--yes'])).toMatchObject(refused);
    old.stdin!.end();
    await gone;
    await machine.run('test', ['!', '-e', '/opt/aerie']);
  });

  it('installs with one command, without the network', async () => {
    // runs: sh aerie-0.1.0-linux-x64/deploy/debian/install.sh
    const { stdout } = await install(machine, bring(machine, made), ['--yes']);
    for (const door of ['web', 'Classcord', 'nginx']) expect(stdout).toContain(`${door} answers`);
    expect(stdout).toContain(`https://${ends.nester}`);
    const shown = await machine.run('sh', [
      '-c',
      `openssl s_client -connect ${ends.nester}:443 </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`,
    ]);
    expect(stdout).toContain(shown.stdout.trim().split('=')[1]);
    setupLink = /https:\S+\/setup#[\w-]+/.exec(stdout)![0];

    for (const [path, rights] of [
      ['/etc/aerie', 'root:root 755'],
      ['/etc/aerie/nester.toml', 'root:aerie 640'],
      ['/etc/aerie/secret.key', 'root:root 600'],
      ['/etc/aerie/tls/privkey.pem', 'root:aerie 640'],
      ['/var/lib/aerie', 'aerie:aerie 700'],
      ['/var/lib/aerie/nester.db', 'aerie:aerie 600'],
      ['/var/log/classcord/classcord.log', 'aerie:adm 640'],
      ['/var/log/aerie-install.log', 'root:root 640'],
    ] as const)
      expect([path, await stat(path)]).toEqual([path, rights]);
    expect((await machine.run('find', ['/opt/aerie/', '-not', '-user', 'root', '-o', '-perm', '/022', '-not', '-type', 'l'])).stdout).toBe(
      '',
    );
    const units = ['nester', 'classcord', 'nginx', 'fail2ban', 'aerie-backup.timer'];
    expect((await machine.run('systemctl', ['is-active', ...units])).stdout).toBe('active\n'.repeat(units.length));
    expect((await machine.run('systemctl', ['is-enabled', 'nester', 'nginx', 'aerie-backup.timer'])).stdout).toBe('enabled\n'.repeat(3));
    expect((await machine.run('ufw', ['status'])).stdout).toMatch(/Status: active[\s\S]*22\/tcp\s+ALLOW[\s\S]*12345\/tcp\s+ALLOW/);
    const log = machine.read('/var/log/aerie-install.log');
    expect(log).toContain('start Nester');
    expect(log).not.toContain(setupLink.split('#')[1]);
    // Whoever has such a link is the administrator: it is for the terminal, and for none of the logs.
    const journal = (await machine.run('journalctl', ['--unit=nester', '--no-pager'])).stdout;
    expect(journal).toContain('nester setup-link');
    expect(journal).not.toContain('setup#');
    await machine.run('nester', ['doctor']);
  });

  it('serves people: the set-up link, and Classcord', async () => {
    const input = JSON.stringify({ token: setupLink.split('#')[1], name: 'Ada', password, language: 'fr' });
    const post = ['-sk', '-H', 'content-type: application/json', '--data-binary', '@-', `https://${ends.nester}/api/setup.complete`];
    expect(JSON.parse((await site.run('curl', post, { input })).stdout)).toMatchObject({ me: { name: 'Ada', role: 'admin' } });
    await write('avant la mise à jour');
    expect(await written()).toContain('avant la mise à jour');
    expect(machine.read('/var/log/classcord/classcord.log')).toMatch(/\[LOGIN\].*"door":"tcp"/);
  });

  it('finds nothing to do the second time', async () => {
    const folders = ['/etc', '/opt/aerie', '/usr/local', '/var/lib/aerie', '/var/www'];
    const before = await picture(machine, folders);
    // runs: sh /opt/aerie/current/deploy/debian/install.sh
    const { stdout } = await machine.run('sh', [installer, '--yes']);
    expect(stdout).toContain('Nothing had to be changed.');
    expect(stdout).not.toContain('setup#');
    expect(await picture(machine, folders)).toEqual(before);
  });

  it('mends what is missing, and leaves settings of one’s own', async () => {
    machine.write('/etc/aerie/nester.toml', `${machine.read('/etc/aerie/nester.toml')}passwordMin = 14\n`, { mode: 0o644 });
    await machine.run('rm', ['/etc/logrotate.d/aerie', '/usr/local/bin/classcord']);
    await machine.run('chown', ['root:root', '/var/log/classcord/classcord.log']);
    const { stdout } = await machine.run('sh', [installer]);
    expect(stdout.match(/^ {2}\+ .*/gm)).toEqual([
      '  + give /var/log/classcord/classcord.log to aerie:adm with mode 0640',
      '  + give /etc/aerie/nester.toml to root, to be read by aerie',
      '  + write /usr/local/bin/classcord',
      '  + write /etc/logrotate.d/aerie',
    ]);
    expect(machine.read('/etc/aerie/nester.toml')).toContain('passwordMin = 14');
  });

  it('follows no link that somebody else has put in its way', async () => {
    // Where Debian boots by itself, everybody may write to /run/lock.
    await machine.run('sh', ['-euc', 'chmod 1777 /run/lock && mkdir -m 0755 /srv/treasure && echo kept >/srv/treasure/file']);
    const planted = [
      ['aerie', 'mv /var/lib/aerie/backups /var/lib/aerie/before && ln -s /srv/treasure /var/lib/aerie/backups'],
      ['www-data', 'ln -s /srv/treasure/file /run/lock/aerie-install'],
    ] as const;
    for (const [as, line] of planted) await machine.run('sh', ['-euc', line], { as });
    expect((await machine.run('sh', [installer])).stdout).toContain('Nothing had to be changed.');
    expect(await stat('/srv/treasure')).toBe('root:root 755');
    expect(machine.read('/srv/treasure/file')).toBe('kept\n');
    const back = 'rm /run/lock/aerie-install /var/lib/aerie/backups && mv /var/lib/aerie/before /var/lib/aerie/backups';
    await machine.run('sh', ['-euc', back]);
  });

  it('makes a probe of another machine with the line of its site', async () => {
    // runs: nester site add LYON "Lyon"
    await machine.run('nester', ['site', 'add', 'LYON', 'Lyon']);
    // runs: nester probe code --site LYON
    const line = (await machine.run('nester', ['probe', 'code', '--site', 'LYON'])).stdout
      .trim()
      .split('\n')
      .find(each => each.includes('/probe/install.sh'))!;
    const { stdout } = await site.run('sh', ['-c', line], { ms: 120_000 });
    expect(stdout).toMatch(/site +LYON \(Lyon\)/);
    expect((await site.run('systemctl', ['is-active', 'harvester'])).stdout).toBe('active\n');
    expect((await site.run('stat', ['-c', '%U:%G %a', '/var/lib/harvester'])).stdout).toBe('harvester:harvester 700\n');
    const code = /[\w-]{43}/.exec(line);
    expect(code).not.toBeNull();
    expect(site.read('/var/log/aerie-install.log')).not.toContain(code![0]);
    // runs: harvester status
    expect((await site.run('harvester', ['status'])).stdout).toContain('LYON');
    await machine.until('the probe has reported', async () => {
      const sites = JSON.parse((await machine.run('nester', ['site', 'list', '--json'])).stdout) as { code: string; state: string }[];
      return sites.some(each => each.code === 'LYON' && each.state === 'up');
    });
    expect((await site.run('sh', [installer, '--probe', `https://${ends.nester}`, '-'])).stdout).toContain('Nothing had to be changed.');
  });

  it('goes over to a newer release and keeps every message, also when it is cut off in the middle', async () => {
    newer = changed(made, '77.0.0');
    await machine.run('systemd-run', ['--unit=cut-off', 'sh', installer, '--upgrade', bring(machine, newer)]);
    const switched = () => machine.run('grep', ['-s', 'stage=switched', '/opt/aerie/upgrading'], { mayFail: true });
    await machine.until('it has switched', async () => (await switched()).code === 0, 60_000);
    await machine.run('systemctl', ['kill', '--signal=KILL', 'cut-off']);
    await machine.until('it is gone', async () => (await machine.run('systemctl', ['is-active', 'cut-off'], { mayFail: true })).code !== 0);
    const { stdout } = await machine.run('sh', [installer], { ms: 120_000 });
    expect(stdout).toContain('The upgrade to 77.0.0 was interrupted, and goes on.');
    // The way back stays: the backup of every hour does not thin it out.
    expect((await machine.run('ls', ['/var/lib/aerie/backups'])).stdout).toMatch(/\.tar\.gz\.keep\n/);
    expect(await inUse()).toMatch(/^77\.0\.0 /);
    expect((await machine.run('ls', ['/opt/aerie/releases'])).stdout.trim().split('\n')).toHaveLength(2);
    // runs: sh /opt/aerie/current/deploy/debian/install.sh --status
    expect((await machine.run('sh', [installer, '--status'])).stdout).toMatch(/^Aerie 77\.0\.0 [\s\S]*nester: runs[\s\S]*nginx answers/);
    expect(await written()).toEqual(['avant la mise à jour']);
    await write('après la mise à jour');
  });

  it('goes over on the machine of a probe too', async () => {
    const { stdout } = await site.run('sh', [installer, '--upgrade', bring(site, newer)], { ms: 120_000 });
    expect(stdout).toMatch(/site +LYON \(Lyon\)\n/);
    expect((await site.run('harvester', ['--version'])).stdout).toMatch(/^77\.0\.0 /);
    expect((await site.run('systemctl', ['is-active', 'harvester'])).stdout).toBe('active\n');
  });

  it('goes back with programs and data when the newer release is not healthy', async () => {
    // It loses what was said, and then does not come up.
    const broken = changed(made, '78.0.0', {
      'packages/nester/src/store/migrations/9999-loses.ts': () =>
        `import { sql } from 'kysely';\nexport const loses = () => ({ up: async (db: never) => { await sql\`delete from message\`.execute(db); } });\n`,
      'packages/nester/src/store/migrate.ts': text =>
        text
          .replace('import type { Tables }', "import { loses } from './migrations/9999-loses.ts';\nimport type { Tables }")
          .replace("  '0001-foundation': foundation,", "  '0001-foundation': foundation,\n  '9999-loses': loses as never,"),
      'packages/nester/src/cli/serve.ts': text =>
        text.replace(
          'const running = await app.start();',
          `$&\n  process.stderr.write('the new release is broken\\n');\n  process.exit(1);`,
        ),
    });
    const failed = await machine.run('sh', [installer, '--upgrade', bring(machine, broken)], { ms: 180_000, mayFail: true });
    expect(failed).toMatchObject({ code: 3, stderr: expect.stringContaining('Aerie 77.0.0 runs with the data of before') });
    expect(failed.stderr).toContain('the new release is broken');
    expect(await inUse()).toMatch(/^77\.0\.0 /);
    expect(await written()).toEqual(['avant la mise à jour', 'après la mise à jour']);
    await write('toujours là');
    await machine.run('nester', ['doctor']);
  });

  it('goes away and leaves the data, which the next installation goes on with', async () => {
    // runs: sh /opt/aerie/current/deploy/debian/install.sh --uninstall
    await machine.run('sh', [installer, '--uninstall']);
    await machine.run('test', ['!', '-e', '/opt/aerie', '-a', '!', '-e', '/usr/local/bin/nester', '-a', '-e', '/etc/aerie/secret.key']);
    expect((await machine.run('ufw', ['status'])).stdout).not.toContain('12345');
    await machine.run('nginx', ['-t']);
    await install(machine, bring(machine, newer), ['--yes']);
    expect(await written()).toEqual(['avant la mise à jour', 'après la mise à jour', 'toujours là']);
  });

  it('takes everything away when it is told so', async () => {
    expect(await machine.run('sh', [installer, '--uninstall', '--purge'], { mayFail: true })).toMatchObject({ code: 1 });
    await machine.run('test', ['-e', '/var/lib/aerie/nester.db']);
    // runs: sh /opt/aerie/current/deploy/debian/install.sh --uninstall --purge
    await machine.run('sh', [installer, '--uninstall', '--purge', '--yes']);
    const left = await machine.run('find', [
      '/opt',
      '/etc',
      '/usr/local',
      '/var',
      '(',
      '-iname',
      '*aerie*',
      '-o',
      '-iname',
      '*classcord*',
      ')',
      '-not',
      '-path',
      '/var/log/*',
    ]);
    // Debian's own jail for SSH needs it.
    expect(left.stdout).toBe('/etc/fail2ban/jail.d/aerie-sshd.conf\n');
    expect(await machine.run('id', ['aerie'], { mayFail: true })).toMatchObject({ code: 1 });
    await site.run('sh', [installer, '--uninstall', '--purge', '--yes']);
    expect(await site.run('id', ['harvester'], { mayFail: true })).toMatchObject({ code: 1 });
  });
});
