import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { bring, install } from './installed.ts';
import { bootMs, Machine } from './machine.ts';
import { type Release, release } from './release.ts';

needs('mmdebstrap', 'nspawn')('install.sh on the other releases of Debian', () => {
  let made: Release;
  beforeAll(async () => {
    made = await release();
  }, bootMs);

  describe.each([
    ['11', 'bullseye'],
    ['13', 'trixie'],
  ] as const)('Debian %s', (number, suite) => {
    let machine: Machine;
    beforeAll(async () => {
      machine = await Machine.boot({ suite });
    }, bootMs);
    afterAll(() => machine.stop());

    it('installs with one command, in French too', async () => {
      expect(machine.read('/etc/debian_version')).toMatch(new RegExp(`^${number}\\.`));
      const { stdout } = await install(machine, bring(machine, made), ['--yes', '--lang', 'fr']);
      expect(stdout).toContain('Classcord answers');
      expect(stdout).toMatch(/Ouvrir ce lien dans les 30 minutes[^\n]*\n {2}https:\/\/school\/setup#[\w-]{43}\n/);
      const units = ['nester', 'classcord', 'nginx', 'fail2ban', 'aerie-backup.timer'];
      expect((await machine.run('systemctl', ['is-active', ...units])).stdout).toBe('active\n'.repeat(units.length));
      expect((await machine.run('fail2ban-client', ['status', 'classcord'])).stdout).toContain('Currently banned:\t0');
      expect((await machine.run('ufw', ['status'])).stdout).toContain('Status: active');
      expect((await machine.run('curl', ['-sk', 'https://127.0.0.1/healthz'])).stdout).toContain('"ok"');
    });

    it('answers a Classcord client', async () => {
      await machine.run('nester', ['user', 'add', 'bob', '--role', 'member', '--password-stdin'], { input: password });
      const client = await LineClient.connect({ host: '127.0.0.1', port: await machine.reach(12345) });
      await client.logInOld('bob', password);
      await client.close();
    });

    it('goes away and leaves the data', async () => {
      await machine.run('sh', ['/opt/aerie/current/deploy/debian/install.sh', '--uninstall']);
      expect(await machine.run('systemctl', ['is-active', 'nester'], { mayFail: true })).toMatchObject({ stdout: 'inactive\n' });
      await machine.run('test', ['-e', '/var/lib/aerie/nester.db', '-a', '!', '-e', '/opt/aerie']);
    });
  });
});
