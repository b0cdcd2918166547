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
    { number: '11', suite: 'bullseye', choices: [] },
    { number: '13', suite: 'trixie', choices: ['--classcord-only', '--without', 'fail2ban,logrotate,backups'] },
  ] as const)('Debian $number', ({ number, suite, choices }) => {
    const all = choices.length === 0;
    let machine: Machine;
    beforeAll(async () => {
      machine = await Machine.boot({ suite });
    }, bootMs);
    afterAll(() => machine.stop());

    it('installs with one command, in French too', async () => {
      expect(machine.read('/etc/debian_version')).toMatch(new RegExp(`^${number}\\.`));
      const { stdout } = await install(machine, bring(machine, made), ['--yes', '--lang', 'fr', ...choices]);
      expect(stdout).toContain('Classcord répond');
      expect(stdout).toMatch(/Ouvrir ce lien dans les 30 minutes[^\n]*\n {2}https?:\/\/[^/\s]+\/setup#[\w-]{43}\n/);
      expect((await machine.run('systemctl', ['is-active', 'nester', 'classcord'])).stdout).toBe('active\nactive\n');
      expect((await machine.run('curl', ['-s', 'http://127.0.0.1:3000/healthz'])).stdout).toContain('"ok"');
      const rules = (await machine.run('ufw', ['status'])).stdout;
      expect(rules).toMatch(/Status: active[\s\S]*22\/tcp\s+ALLOW[\s\S]*12345\/tcp\s+ALLOW/);
      expect(/^443\/tcp/m.test(rules)).toBe(all);
    });

    it(all ? 'has everything around it' : 'leaves out what it was told to leave out, and keeps that in mind', async () => {
      const parts = ['/etc/nginx/sites-enabled/aerie.conf', '/etc/fail2ban/jail.d/classcord.conf', '/etc/logrotate.d/aerie'];
      for (const part of [...parts, '/etc/systemd/system/aerie-backup.timer'])
        expect([part, (await machine.run('test', ['-e', part], { mayFail: true })).code === 0]).toEqual([part, all]);
      if (all) {
        expect((await machine.run('systemctl', ['is-active', 'nginx', 'fail2ban', 'aerie-backup.timer'])).stdout).toBe(
          'active\n'.repeat(3),
        );
        expect((await machine.run('fail2ban-client', ['status', 'classcord'])).stdout).toContain('Currently banned:\t0');
        expect((await machine.run('curl', ['-sk', 'https://127.0.0.1/healthz'])).stdout).toContain('"ok"');
      }
      expect((await machine.run('sh', ['/opt/aerie/current/deploy/debian/install.sh'])).stdout).toContain('Nothing had to be changed.');
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
