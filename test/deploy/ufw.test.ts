import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';
import { ends, toEnd, WalledHost } from './walled-host.ts';

const apply = join(root, 'deploy/debian/ufw/apply');

needs(
  'ufw',
  'netns',
  'mount',
  'sshd',
)('the firewall', () => {
  let host: WalledHost;
  beforeEach(async () => {
    host = await WalledHost.open('client');
    // As Debian leaves it, whatever this machine has made of it: no rules, off, and nobody came here by SSH.
    await host.shell(`
      ufw --force reset >/dev/null
      rm -rf /etc/aerie /etc/ssh/sshd_config.d /etc/ssh/sshd_config
      mkdir -p /etc/aerie /etc/ssh/sshd_config.d /run/sshd
      echo 'Include /etc/ssh/sshd_config.d/*.conf' > /etc/ssh/sshd_config
      ssh-keygen -A >/dev/null
      cp ${join(root, 'deploy/debian/ufw/applications.d/aerie')} /etc/ufw/applications.d/aerie`);
  });
  afterEach(() => host.close());

  const run = (...args: string[]) => host.run([apply, ...args]);
  /** What stands in the firewall's own list, sorted: `ufw allow 22/tcp comment 'Aerie: SSH'`. */
  const added = async () =>
    (await host.shell('ufw show added'))
      .split('\n')
      .filter(line => line.startsWith('ufw '))
      .sort();
  const ours = (...ports: string[]) => ports.map(port => `ufw allow ${port}`).sort();
  const aerie = {
    classcord: "12345/tcp comment 'Aerie: Classcord'",
    tls: "12346/tcp comment 'Aerie: Classcord TLS'",
    ssh: "22/tcp comment 'Aerie: SSH'",
    http: "80/tcp comment 'Aerie: web'",
    https: "443/tcp comment 'Aerie: web'",
  };

  it('opens what is needed and nothing else, keeps whoever is there, and can be taken back', async () => {
    const ports = [22, 80, 443, 2222, 3000, 5000, 12345, 12346];
    await host.shell('printf "Port 22\\nPort 2222\\n" > /etc/ssh/sshd_config.d/school.conf');
    await host.startUntil('host', ['/usr/sbin/sshd', '-D', '-e'], /(Server listening[\s\S]*){4}/);
    await host.listen(...ports.filter(port => port !== 22 && port !== 2222));
    const all = (what: string) => Object.fromEntries(ports.map(port => [port, what]));
    expect(await host.reach('client', ports)).toEqual(all('open'));

    const held = await host.startUntil('client', [process.execPath, ends, 'hold', `${host.address('host', 6)} 22`], /held/);

    // runs: /opt/aerie/current/deploy/debian/ufw/apply
    const first = await run();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/The firewall is on\. SSH is kept on: 22 2222\n$/);
    expect((await toEnd(held, 'the connection that was there before', 'go on\n')).stdout).toContain('answered');
    const after = { ...all('silent'), 22: 'open', 2222: 'open', 80: 'open', 443: 'open', 12345: 'open' };
    expect(await host.reach('client', ports)).toEqual(after);
    const rules = await added();
    expect(rules).toEqual(ours(aerie.ssh, aerie.ssh.replace('22', '2222'), aerie.http, aerie.https, aerie.classcord));

    expect((await run()).code).toBe(0);
    expect(await added()).toEqual(rules);

    // runs: /opt/aerie/current/deploy/debian/ufw/apply --classcord-only
    expect((await run('--classcord-only')).code).toBe(0);
    expect(await host.reach('client', ports)).toEqual({ ...after, 80: 'silent', 443: 'silent' });

    // runs: /opt/aerie/current/deploy/debian/ufw/apply --remove
    const removed = await run('--remove');
    expect(removed.stdout).toContain('Port 22 (SSH): its rule stays while the firewall is on');
    expect(await host.reach('client', ports)).toEqual({ ...all('silent'), 22: 'open', 2222: 'open' });
    // runs: ufw disable
    await host.shell('ufw disable');
    expect((await run('--remove')).code).toBe(0);
    expect(await added()).toEqual([]);
    expect(await host.reach('client', ports)).toEqual(all('open'));
  });

  it('opens the ports that Nester listens on, and closes them again', async () => {
    await host.shell('printf \'tcpTls = "0.0.0.0:12346" # TLS\\n[limits]\\ntcp = "0.0.0.0:1"\\n\' > /etc/aerie/nester.toml');
    await run('--classcord-only');
    expect(await added()).toEqual(ours(aerie.classcord, aerie.tls, aerie.ssh));
    await host.shell('echo \'tcp = "0.0.0.0:23456"\' > /etc/aerie/nester.toml');
    await run('--classcord-only');
    expect(await added()).toEqual(ours(aerie.classcord.replace('12345', '23456'), aerie.ssh));
    await host.shell("printf \"tcp = '127.0.0.1:12345'\\ntcpTls = '[::]:12346'\\n\" > /etc/aerie/nester.toml");
    await run('--classcord-only');
    expect(await added()).toEqual(ours(aerie.tls, aerie.ssh));
  });

  it('leaves the rules of others alone, and the ports that they speak of', async () => {
    const theirs = [
      'ufw allow 8080/tcp',
      'ufw allow from 10.20.0.0/16 to any app Classcord',
      'ufw deny 440:450/tcp',
      "ufw limit 22/tcp comment 'mine'",
      'ufw allow out 12345/tcp',
      'ufw allow 80/udp',
      'ufw reject from 10.79.0.9',
    ];
    await host.shell('ufw default allow incoming');
    for (const line of theirs) await host.shell(line);
    const before = await added();
    expect(before).toHaveLength(theirs.length);
    // runs: /opt/aerie/current/deploy/debian/ufw/apply --dry-run
    const dry = await run('--dry-run');
    expect(dry.stdout.match(/^would run: .+$/gm)).toEqual([
      'would run: ufw allow 80/tcp comment Aerie: web',
      'would run: ufw default deny incoming',
      'would run: ufw --force enable',
    ]);
    expect(await added()).toEqual(before);
    expect(await host.shell('ufw status')).toBe('Status: inactive\n');
    expect((await run()).code).toBe(0);
    expect(await added()).toEqual([...before, ...ours(aerie.http)].sort());
    expect(await host.shell('ufw status verbose')).toContain('Default: deny (incoming), allow (outgoing)');
    expect((await run('--remove')).code).toBe(0);
    expect(await added()).toEqual(before);
  });

  it('can be narrowed to a network of the school', async () => {
    await host.listen(12345);
    await run('--classcord-only');
    // runs: ufw allow from 10.20.0.0/16 to any app Classcord
    await host.shell(`ufw allow from ${host.address('client')} to any app Classcord; ufw delete allow 12345/tcp`);
    expect(await host.reach('client', [12345])).toEqual({ 12345: 'open/silent' });
    const rules = await added();
    await run('--classcord-only');
    expect(await added()).toEqual(rules);
  });

  it('finds the ports of SSH wherever they are told', async () => {
    const found = async (env: NodeJS.ProcessEnv = {}, ...args: string[]) => {
      const { stdout } = await host.run([apply, '--dry-run', '--classcord-only', ...args], env);
      return [...stdout.matchAll(/ufw (\w+) (\d+)\/tcp comment Aerie: SSH/g)].map(([, verb, port]) => `${verb} ${port}`);
    };
    expect(await found()).toEqual(['allow 22']);
    await host.shell(
      'printf "Port 2201\nPort 2202\n" > /etc/ssh/sshd_config.d/a.conf; echo ListenAddress 10.79.0.1:2203 > /etc/ssh/sshd_config.d/b.conf',
    );
    expect(await found()).toEqual(['allow 2203']);
    // Without the folder that it separates its rights in, sshd does not tell.
    await host.shell('rmdir /run/sshd');
    expect(await found()).toEqual(['allow 2201', 'allow 2202', 'allow 2203']);
    await host.shell('mkdir /run/sshd; rm /etc/ssh/sshd_config.d/*');
    // The one that was started before the configuration changed, with the pid file that Debian gives it.
    await host.startUntil(
      'host',
      ['/usr/sbin/sshd', '-D', '-e', '-p', '2204', '-o', 'PidFile=/run/sshd.pid'],
      /(Server listening[\s\S]*){2}/,
    );
    expect(await found()).toEqual(['allow 22', 'allow 2204']);
    // Where the administrator comes from; sudo takes that out of the environment.
    const SSH_CONNECTION = '10.79.0.2 50000 10.79.0.1 2205';
    expect(await found({ SSH_CONNECTION })).toEqual(['allow 22', 'allow 2204', 'allow 2205']);
    const throughSudo = await host.shell(`env -u SSH_CONNECTION ${apply} --dry-run; true`, { SSH_CONNECTION });
    expect(throughSudo).toContain('ufw allow 2205/tcp');
    // runs: /opt/aerie/current/deploy/debian/ufw/apply --ssh-port 2222
    expect(await found({}, '--ssh-port', '2222', '--limit-ssh')).toEqual(['limit 22', 'limit 2204', 'limit 2222']);
    expect(await found({ SSH_CONNECTION: '$(touch /run/oops) x y 22;id' })).toEqual(['allow 22', 'allow 2204']);
    // A socket of systemd that SSH is started by, as systemctl tells of it.
    await host.shell(`
      mkdir -p /run/systemd/system /usr/local/sbin
      printf '#!/bin/sh\\ncase "$*" in *is-active*ssh.socket) ;; *is-active*) exit 3 ;; *show*) printf "0.0.0.0:2207 (Stream)\\n[::]:2207 (Stream)\\n" ;; esac\\n' > /run/systemctl
      chmod +x /run/systemctl
      mount --bind /run/systemctl $(command -v systemctl)`);
    expect(await found()).toEqual(['allow 2204', 'allow 2207']);
  });

  it.each([
    ['without any port of SSH', 'rm /etc/ssh/sshd_config', {}, /No port of SSH was found/],
    ['when a rule closes SSH', 'ufw deny 22/tcp', {}, /A rule closes port 22/],
    [
      'when only some may come by SSH',
      'ufw allow from 10.20.0.0/16 to any port 22 proto tcp',
      { SSH_CONNECTION: '10.79.0.2 50000 10.79.0.1 22' },
      /rules that let only some in/,
    ],
    [
      'for whoever is here over IPv6 that it would close',
      "sed -i 's/^IPV6=yes/IPV6=no/' /etc/default/ufw",
      { SSH_CONNECTION: 'fd79::2 50000 fd79::1 22' },
      /IPV6=no/,
    ],
  ] as [string, string, NodeJS.ProcessEnv, RegExp][])('refuses %s, and changes nothing', async (_title, prepare, env, why) => {
    await host.shell(prepare);
    const before = await added();
    const { code, stderr } = await host.run([apply], env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(why) });
    expect(await added()).toEqual(before);
    expect(await host.shell('ufw status')).toBe('Status: inactive\n');
    // At the machine itself, nobody is locked out.
    expect((await run('--no-ssh', '--classcord-only')).code).toBe(0);
    expect(await host.shell('ufw status')).toContain('Status: active');
  });

  it('is off again when it does not come up as it should', async () => {
    await host.shell('echo nonsense >> /etc/ufw/before6.rules');
    await host.listen(5000);
    const { code, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('it is off again') });
    expect(await host.reach('client', [5000])).toEqual({ 5000: 'open' });
  });

  it.each([[['--ssh-port']], [['--ssh-port', '0']], [['--ssh-port', '22;id']], [['--ssh-port', '70000']], [['--dry']]])(
    'refuses %j',
    async args => {
      expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^apply: .+\nusage: /) });
    },
  );
});
