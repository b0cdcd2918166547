import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backupName } from '../../packages/nester/src/backups/names.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../packages/nester/src/self-signed.ts';
import { commandsIn, readPage } from '../house/papers.ts';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { root, scratchFolder } from '../kit/scratch.ts';
import { bring, install } from './installed.ts';
import { bootMs, Machine } from './machine.ts';
import { release } from './release.ts';

interface Finding {
  topic: string;
  level: 'good' | 'note' | 'wrong';
  says: string;
  mend?: string;
}

const day = 86_400_000;
const name = 'chat.example';
const backups = '/var/lib/aerie/backups';

/** What somebody does to an installation, what doctor says of it, and its own mend as commands. */
interface Spoiled {
  what: string;
  spoil: () => Promise<unknown>;
  says: RegExp;
  mend: RegExp;
  /** What a person does who reads the mend; without it, the mend is the command. */
  does?: readonly string[];
}

needs('mmdebstrap', 'nspawn')('nester doctor on an installed machine', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.boot();
    await install(machine, bring(machine, await release()), ['--yes', '--domain', name]);
    expect((await machine.run('nester', ['setup-link'])).stdout).toContain(`https://${name}/setup#`);
    await machine.run('nester', ['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: password });
    await machine.run('nester', ['backup']);
    // A probe beside it, as on the machine that somebody tries all of it on.
    machine.write('/etc/hosts', `${machine.read('/etc/hosts')}127.0.0.1 ${name}\n`);
    await machine.run('nester', ['site', 'add', 'KC', 'Kansas City']);
    const { stdout } = await machine.run('nester', ['probe', 'code', '--site', 'KC']);
    await machine.run('sh', ['-c', stdout.split('\n').find(line => line.includes('/probe/install.sh'))!], { ms: 180_000 });
  }, bootMs);
  afterAll(() => machine?.stop());

  async function examine(how: { as?: string } = {}): Promise<{ code: number; findings: Finding[] }> {
    const { code, stdout, stderr } = await machine.run('nester', ['doctor', '--json'], { mayFail: true, ...how });
    if (stdout === '') throw new Error(stderr);
    return { code, findings: JSON.parse(stdout) as Finding[] };
  }
  const wrongOf = (findings: readonly Finding[]) =>
    findings.filter(({ level }) => level === 'wrong').map(({ says, mend }) => `${says}. ${mend}`);
  const sh = (script: string) => machine.run('sh', ['-euc', script]);

  it('is content, topic by topic', async () => {
    const { code, findings } = await examine();
    expect(wrongOf(findings)).toEqual([]);
    expect(code).toBe(0);
    const topics = [...new Set(findings.map(({ topic }) => topic))];
    expect(topics).toEqual([
      'Program',
      'Data',
      'Backups',
      'Machine',
      'Service',
      'Doors',
      'Who asks',
      'Certificate',
      'Firewall',
      'Fail2ban',
    ]);
    // All that a container cannot have: a clock of its own, and another machine for the copies.
    const noted = findings.filter(({ level }) => level === 'note').map(({ topic }) => topic);
    expect(noted).toEqual(['Backups', 'Machine']);
    const { stdout } = await machine.run('nester', ['doctor']);
    expect(stdout).toMatch(
      /^Program\nok {4}Node 24\.[\s\S]*\n\nFail2ban\nok {4}Fail2ban watches \/var\/log\/classcord\/classcord\.log, 0 banned now\n$/,
    );
  });

  it('says to others what only root can look at, and invents nothing', async () => {
    const { code, findings } = await examine({ as: 'aerie' });
    expect(wrongOf(findings)).toEqual([]);
    expect(code).toBe(0);
    const forRoot = findings.filter(({ mend }) => mend === 'Run "sudo nester doctor".').map(({ topic }) => topic);
    expect(forRoot).toEqual(['Data', 'Doors', 'Firewall', 'Fail2ban']);
  });

  it.each(['capacity', 'hardening', 'monitoring', 'troubleshooting'])('on which all commands of %s.md do what they say', async page => {
    // runs: docs/operations/en/capacity.md
    // runs: docs/operations/en/hardening.md
    // runs: docs/operations/en/monitoring.md
    // runs: docs/operations/en/troubleshooting.md
    const { fences } = readPage(readFileSync(join(root, 'docs/operations/en', `${page}.md`), 'utf8'));
    const commands = fences
      .filter(({ language, untried }) => language === 'sh' && untried === undefined)
      .flatMap(({ body }) => commandsIn(body));
    expect(commands.length).toBeGreaterThan(2);
    const failed: string[] = [];
    for (const command of commands) {
      const { code, stdout, stderr } = await machine.run('sh', ['-c', command], { mayFail: true });
      if (code !== 0) failed.push(`${command} ended with ${code}: ${stdout}${stderr}`);
    }
    expect(failed).toEqual([]);
  });

  it('names each thing that somebody spoils, and is content once its mends are done', async () => {
    const expired = scratchFolder('expired');
    await selfSignedCertificate(expired, Date.now() - 900 * day);
    const { certFile, keyFile } = selfSignedPaths(expired);
    const [newest] = (await machine.run('ls', [backups])).stdout.split('\n').filter(file => file.endsWith('.tar.gz'));
    const old = backupName(Date.now() - 10 * day);
    const spoiled: Spoiled[] = [
      {
        what: 'the settings are open to all',
        spoil: () => machine.run('chmod', ['644', '/etc/aerie/nester.toml']),
        says: /configuration .* is open: others may read it \(mode 0644\)/,
        mend: /^chmod 640 \/etc\/aerie\/nester\.toml$/,
      },
      {
        what: 'the key is open to all',
        spoil: () => machine.run('chmod', ['644', '/etc/aerie/secret.key']),
        says: /Other users of this machine can read \/etc\/aerie\/secret\.key/,
        mend: /^chmod 600 \/etc\/aerie\/secret\.key$/,
      },
      {
        what: 'root made files in the data folder',
        spoil: () => machine.run('chown', ['root:root', '/var/lib/aerie/nester.db']),
        says: /The database .* belongs to root:root/,
        mend: /^chown aerie:aerie \/var\/lib\/aerie\/nester\.db(-wal|-shm)?$/,
      },
      {
        what: 'Fail2ban is stopped',
        spoil: () => machine.run('systemctl', ['stop', 'fail2ban']),
        says: /Fail2ban does not answer/,
        mend: /^systemctl restart fail2ban;/,
        does: ['systemctl restart fail2ban'],
      },
      {
        what: 'the firewall is off',
        spoil: () => machine.run('ufw', ['disable']),
        says: /The firewall is off/,
        mend: /^\/opt\/aerie\/current\/deploy\/debian\/ufw\/apply$/,
      },
      {
        what: 'the certificate has ended, and is for another name',
        spoil: async () => {
          machine.write('/etc/aerie/tls/fullchain.pem', readFileSync(certFile));
          machine.write('/etc/aerie/tls/privkey.pem', readFileSync(keyFile), { mode: 0o640, owner: 'root:aerie' });
          await machine.run('systemctl', ['reload', 'nginx']);
        },
        says: /The certificate \/etc\/aerie\/tls\/fullchain\.pem ended on .*\n.* is not for chat\.example/,
        mend: /\/nginx\/self-signed --renew chat\.example localhost .*, then: systemctl reload nginx/,
        does: ['/opt/aerie/current/deploy/debian/nginx/self-signed --renew chat.example localhost', 'systemctl reload nginx nester'],
      },
      {
        what: 'no backup has come for ten days',
        // The one that stays gets the name of an older moment.
        spoil: () => sh(`systemctl disable --now aerie-backup.timer; cd ${backups}; mv ${newest} ${old}; rm -f $(ls | grep -vx ${old})`),
        says: /The newest backup is 10 days old[\s\S]*Nothing makes backups: aerie-backup\.timer is off/,
        mend: /^nester backup; then.*\nsystemctl enable --now aerie-backup\.timer$/,
        does: ['nester backup', 'systemctl enable --now aerie-backup.timer'],
      },
      {
        what: 'the disk of the log is small and full',
        spoil: () =>
          sh(`mount -t tmpfs -o size=40m,mode=2750,uid=$(id -u aerie),gid=$(getent group adm | cut -d: -f3) tmpfs /var/log/classcord
            install -o aerie -g adm -m 0640 /dev/null /var/log/classcord/classcord.log; systemctl reload nester
            head -c 39M /dev/zero > /var/log/classcord/other.log; chown aerie:adm /var/log/classcord/other.log`),
        says: /MiB free for \/var\/log\/classcord/,
        mend: /^Make room: "du -xh \/var\/log\/classcord \| sort -h \| tail"/,
        does: ['rm /var/log/classcord/other.log', 'mount -o remount,size=2g /var/log/classcord'],
      },
      {
        what: 'nothing trusts the proxy',
        spoil: () => sh("sed -i 's/^trustProxy = .*/trustProxy = []/' /etc/aerie/nester.toml"),
        says: /A proxy stands before Nester and is not trusted/,
        mend: /^Set trustProxy = \["127\.0\.0\.1"\] \(AERIE_TRUST_PROXY\), then restart Nester\.$/,
        does: ['sed -i \'s/^trustProxy = .*/trustProxy = ["127.0.0.1"]/\' /etc/aerie/nester.toml', 'systemctl restart nester'],
      },
      {
        what: 'the service does not start with the machine',
        spoil: () => machine.run('systemctl', ['disable', 'nester']),
        says: /nester\.service does not start with the machine/,
        mend: /^systemctl enable nester$/,
      },
      {
        what: 'the filter is an old one',
        spoil: () => sh("sed -i '$d' /etc/fail2ban/filter.d/classcord.conf"),
        says: /classcord\.conf is not that of this version|Fail2ban does not answer/,
        mend: /^cp \/opt\/aerie\/current\/deploy\/debian\/fail2ban\/filter\.d\/classcord\.conf .*, then: fail2ban-client reload classcord$|restart fail2ban/,
        does: [
          'cp /opt/aerie/current/deploy/debian/fail2ban/filter.d/classcord.conf /etc/fail2ban/filter.d/classcord.conf',
          'fail2ban-client reload classcord',
        ],
      },
    ];
    for (const { spoil } of spoiled) await spoil();
    const { code, findings } = await examine();
    expect(code).toBe(1);
    const wrong = findings.filter(({ level }) => level === 'wrong');
    const [said, mends] = [wrong.map(({ says }) => says).join('\n'), wrong.map(({ mend }) => mend)];
    for (const { what, says, mend } of spoiled) {
      expect(said, what).toMatch(says);
      const flat = new RegExp(mend.source, 'm');
      expect(mends.join('\n'), what).toMatch(flat);
    }
    for (const { mend, does } of spoiled)
      for (const command of does ?? mends.filter(each => mend.test(each!)).map(each => each!)) await machine.run('sh', ['-euc', command]);
    const mended = await examine();
    expect(wrongOf(mended.findings)).toEqual([]);
    expect(mended.code).toBe(0);
  });
});
