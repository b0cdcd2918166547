import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import type { Attempt } from './attempts.ts';
import { password, WalledNester } from './walled-nester.ts';

const nginx = join(root, 'deploy/debian/nginx');

needs(
  'fail2ban',
  'nginx',
  'netns',
  'mount',
  'setpriv',
)('bans', () => {
  let nester: WalledNester;
  let here: { 4: string; 6: string };

  beforeAll(async () => {
    nester = await WalledNester.open('attacker', 'bystander', 'school');
    const { host } = nester;
    here = { 4: host.address('host'), 6: host.address('host', 6) };
    await nester.install(
      ['fail2ban/filter.d/classcord.conf', '/etc/fail2ban/filter.d/classcord.conf'],
      ['fail2ban/jail.d/classcord.conf', '/etc/fail2ban/jail.d/classcord.conf'],
      ['nginx/aerie.conf', '/etc/nginx/sites-available/aerie.conf'],
    );
    await host.shell(`
      mkdir -p /run/fail2ban /var/log/nginx /var/lib/nginx
      rm -f /etc/fail2ban/jail.d/defaults-debian.conf /etc/nginx/sites-enabled/*
      sed -i 's/@SERVER_NAME@/${here[4]}/g' /etc/nginx/sites-available/aerie.conf
      ln -s ../sites-available/aerie.conf /etc/nginx/sites-enabled/
      "${nginx}/self-signed" ${here[4]} ${here[6]}
      printf '[classcord]\\nignoreip = 127.0.0.1/8 ::1 ${host.address('school')} ${host.address('school', 6)}\\n' > /etc/fail2ban/jail.d/classcord.local`);
    await nester.addUser('alice');
    await nester.start();
    await host.listen(22);
    await host.shell('nginx');
    await host.startUntil('host', ['fail2ban-server', '-f', 'start'], /Server ready/);
  }, 60_000);
  afterAll(async () => {
    await nester?.host.shell('nginx -s quit; fail2ban-client stop').catch(() => undefined);
    nester?.close();
  });

  const wrong = (by: Attempt['by'], host: string, more: Partial<Attempt> = {}) => ({ by, host, ...more }) as Attempt;
  const right = { name: 'alice', password };
  const banned = async () => (await nester.host.shell('fail2ban-client get classcord banip')).trim().split(/\s+/).filter(Boolean).sort();

  it.each([4, 6] as const)('keep out who guessed three times, by IPv%i, until they are let in again', async family => {
    const { host } = nester;
    const [at, from] = [here[family], host.address('attacker', family)];
    const wait = (port: number, until: 'refused' | 'open') => ({ by: 'wait', host: at, port, until }) as const;
    const tries = await nester.attempt(
      'attacker',
      wrong('tcp', at),
      wrong('tcp', at),
      wrong('tcp', at, right),
      wrong('tcp', at),
      wait(12_345, 'refused'),
    );
    expect(tries.slice(0, 4)).toEqual(['wrong', 'wrong', 'in', 'wrong']);
    console.log(`banned ${tries[4]} ms after the third wrong password, by IPv${family}`);
    expect(tries[4]).toBeTypeOf('number');
    expect(await banned()).toEqual([from]);
    expect(await nester.attempt('attacker', wrong('web', at, right), wrong('ws', at, right), wait(22, 'open'))).toEqual([
      'kept out',
      'kept out',
      expect.any(Number),
    ]);
    for (const by of ['tcp', 'frame', 'web', 'ws'] as const)
      expect(await nester.attempt('bystander', wrong(by, at, right))).toEqual(['in']);
    await host.shell(`fail2ban-client set classcord unbanip ${from}`);
    expect(await nester.attempt('attacker', wrong('tcp', at, right), wrong('web', at, right))).toEqual(['in', 'in']);
    expect(await banned()).toEqual([]);
  });
});
