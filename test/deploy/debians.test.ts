import { httpCaller } from '@aerie/client';
import { afterEach, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import type { Suite } from './debian-tree.ts';
import { layOut, property, soundUnits, withRelease } from './laid-out.ts';
import { bootMs, Machine } from './machine.ts';

const password = 'correct-horse-battery-9';

// Debian 12 is what all other suites run on.
needs('mmdebstrap', 'nspawn')('the services on the Debian before and the one after', () => {
  let machine: Machine | undefined;
  afterEach(() => machine?.stop());

  const booted = async (suite: Suite): Promise<Machine> => {
    machine = await Machine.boot({ ...withRelease, suite });
    await layOut(machine);
    return machine;
  };

  it.each([
    ['bullseye', 247],
    ['trixie', 257],
  ] as const)('start, are watched and come back: %s, with systemd %i', { timeout: bootMs }, async (suite, version) => {
    const debian = await booted(suite);
    expect((await debian.run('systemctl', ['--version'])).stdout).toMatch(new RegExp(`^systemd ${version} `));
    const exposure = await soundUnits(debian);
    console.log(`${suite}: left open, of 10: nester ${exposure.nester}, harvester ${exposure.harvester}`);
    await debian.run('nester', ['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: password });
    await debian.run('nester', ['site', 'add', 'KC', 'Kansas City']);
    await debian.run('systemctl', ['start', 'nester']);
    expect((await debian.run('systemctl', ['is-active', 'nester', 'classcord'])).stdout).toBe('active\nactive\n');

    const url = `http://127.0.0.1:${await debian.reach(3000)}`;
    const { token } = await httpCaller(url).call('session.logIn', { user: 'Ada', password });
    const admin = httpCaller(url, { token: token! });
    const server = { host: '127.0.0.1', port: 25, tls: 'none' as const, user: 'aerie', from: 'aerie@school.example' };
    // The key that seals it came with the credentials of the service.
    await admin.call('mail.set', { server, password: 'of the mail server' });
    expect((await debian.run('ls', ['-A', '/var/lib/aerie'])).stdout).not.toContain('secret.key');

    const { sites } = await admin.call('site.list', {});
    const { code } = await admin.call('probe.code', { siteId: sites.find(site => site.code === 'KC')!.siteId });
    await debian.run('harvester', ['enrol', 'http://127.0.0.1:3000', code]);
    await debian.run('systemctl', ['start', 'harvester']);
    expect((await debian.run('getpcaps', [await property(debian, 'harvester', 'MainPID')])).stdout).toMatch(/cap_net_raw[=+]eip$/m);

    for (const name of ['nester', 'harvester']) {
      const pid = await property(debian, name, 'MainPID');
      await debian.run('kill', ['-9', pid]);
      const isBack = async () =>
        (await property(debian, name, 'MainPID')) !== pid && (await property(debian, name, 'ActiveState')) === 'active';
      await debian.until(`${name} to be back`, isBack, 60_000);
      expect(await property(debian, name, 'Result')).toBe('success');
      await debian.run('systemctl', ['stop', name]);
      expect([await property(debian, name, 'ActiveState'), await property(debian, name, 'Result')]).toEqual(['inactive', 'success']);
    }
  });
});
