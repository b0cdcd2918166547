import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPage } from '../house/papers.ts';
import { needs } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import { layOut, withRelease } from './laid-out.ts';
import { bootMs, Machine } from './machine.ts';

const shipped = (path: string) => readFileSync(join(root, 'deploy/debian', path), 'utf8');
const backups = '/var/lib/aerie/backups';
const settings = '/etc/aerie/nester.toml';

needs('mmdebstrap', 'nspawn')('backups on an installed machine', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.boot(withRelease);
    await layOut(machine);
    for (const name of ['service', 'timer'])
      machine.write(`/etc/systemd/system/aerie-backup.${name}`, shipped(`systemd/aerie-backup.${name}`));
    await machine.run('systemctl', ['daemon-reload']);
    await machine.run('nester', ['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: 'correct-horse-battery-9' });
    await machine.run('systemctl', ['start', 'nester']);
    await machine.run('systemctl', ['enable', '--now', 'aerie-backup.timer']);
  }, bootMs);
  afterAll(() => machine?.stop());

  const names = async () => (await machine.run('ls', ['-A', backups])).stdout.split('\n').filter(name => name.endsWith('.tar.gz'));
  const newest = async () => (await names()).sort().at(-1)!;

  it('come by the timer’s service, which is confined and gives way', async () => {
    const units = ['service', 'timer'].map(name => `/etc/systemd/system/aerie-backup.${name}`);
    expect(await machine.run('systemd-analyze', ['verify', ...units], { mayFail: true })).toEqual({ code: 0, stdout: '', stderr: '' });
    const { stdout } = await machine.run('systemd-analyze', ['security', '--no-pager', 'aerie-backup.service'], { mayFail: true });
    expect(Number(/exposure level for aerie-backup.service: ([\d.]+)/.exec(stdout)![1])).toBeLessThanOrEqual(1.5);
    expect(
      (await machine.run('systemctl', ['show', 'aerie-backup.timer', '-P', 'Persistent', '-P', 'ActiveState'])).stdout.split('\n'),
    ).toEqual(expect.arrayContaining(['yes', 'active']));
    await machine.run('systemctl', ['start', 'aerie-backup']);
    const { stdout: log } = await machine.run('journalctl', ['-u', 'aerie-backup', '-o', 'cat']);
    expect(log).toMatch(/Made \/var\/lib\/aerie\/backups\/aerie-\S+ in/);
    const name = await newest();
    expect((await machine.run('stat', ['-c', '%U:%G %a', `${backups}/${name}`])).stdout).toBe('aerie:aerie 600\n');
    expect(machine.read('/var/log/classcord/classcord.log')).toContain('A backup was made');
  });

  it('are made, looked at, restored, copied and drilled by the commands of their page', async () => {
    // The machine for the copies is this one, under another name and with an account of its own.
    await machine.run('sh', ['-euc', 'echo "127.0.0.1 backup.example" >> /etc/hosts']);
    await machine.run('useradd', ['--create-home', '--user-group', '--shell', '/bin/sh', 'copies']);
    await machine.run('install', ['-d', '-o', 'copies', '/home/copies/backups']);
    await machine.run('systemctl', ['start', 'ssh']);
    // runs: docs/operations/en/backups.md
    const { fences } = readPage(readFileSync(join(root, 'docs/operations/en/backups.md'), 'utf8'));
    const said: string[] = [];
    for (const { language, body, untried } of fences) {
      if (untried !== undefined || language === 'text') continue;
      if (language === 'toml') {
        // Who reads the page lets the key in over there, before it is used.
        await machine.run('sh', [
          '-euc',
          'install -D -o copies -m 600 /var/lib/aerie/.ssh/id_ed25519.pub /home/copies/.ssh/authorized_keys && chown copies /home/copies/.ssh',
        ]);
        const line = body.replace('aerie@', 'copies@');
        machine.write(settings, `${machine.read(settings)}${line}\n`, { mode: 0o640, owner: 'root:aerie' });
        continue;
      }
      const typed = body.replaceAll(/^sudo /gm, '').replaceAll('aerie-20261122T101500Z.tar.gz', await newest());
      const { stdout, stderr } = await machine.run('sh', ['-euxc', typed]);
      said.push(stdout, stderr);
    }
    const text = said.join('\n');
    expect(text).toMatch(/aerie-backup\.timer/);
    expect(text).toMatch(/is sound\./);
    expect(text).toMatch(/Restored the state of \S+ into \/var\/lib\/aerie\. Start Nester\./);
    expect(text).toMatch(/Restored the state of \S+ into \/var\/lib\/aerie-drill\. \/var\/lib\/aerie is as it was: this is a drill/);
    expect((await machine.run('systemctl', ['is-active', 'nester'])).stdout).toBe('active\n');
    const there = (await machine.run('ls', ['-A', '/home/copies/backups'])).stdout.trim().split('\n');
    expect(there).toEqual([await newest(), `${await newest()}.sha256`]);
    await machine.run('sh', ['-euc', `cd /home/copies/backups && sha256sum -c ${there[1]}`]);
    const owners = (await machine.run('find', ['/var/lib/aerie', '!', '-user', 'aerie'])).stdout;
    expect(owners).toBe('');
    expect((await machine.run('nester', ['user', 'list'])).stdout).toContain('Ada');
  });

  it('come by cron too, as the user of the data, and say nothing when all is well', async () => {
    const line = /^7 \* \* \* \*\taerie\t(.+)$/m.exec(machine.read('/etc/cron.d/aerie-backup'))![1]!;
    const env = Object.fromEntries(
      [...machine.read('/etc/cron.d/aerie-backup').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
    );
    const before = await names();
    const ran = await machine.run(env.SHELL!, ['-c', line], { as: 'aerie', env });
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await names()).not.toEqual(before);
    machine.write(settings, machine.read(settings).replace('copies@backup.example', 'copies@127.0.0.1'), {
      mode: 0o640,
      owner: 'root:aerie',
    });
    const failed = await machine.run(env.SHELL!, ['-c', line], { as: 'aerie', env, mayFail: true });
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('its host key is not known')]);
  });
});
