import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, readConfig, type Settings } from '../../config.ts';
import { checkBans, readJail } from './bans.ts';
import { checkSynchronised, readTracking } from './clock.ts';
import { checkFirewall, judgeUfw, readUfw } from './firewall.ts';
import { type Layout, layoutUnder } from './layout.ts';
import { readMemory } from './memory.ts';
import { type Answer, type Run, runTool } from './tools.ts';
import { checkUnit, judgeUnit } from './unit.ts';
import { checkRelease, checkSchema, checkSystem } from './versions.ts';

// What the tools of Debian 11, 12 and 13 print; where they print the same, once.
const ufwOn = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     LIMIT IN    Anywhere                  
12345/tcp                  ALLOW IN    Anywhere                  
80,443/tcp                 ALLOW IN    Anywhere                  
Anywhere                   DENY IN     203.0.113.7               
5000/tcp                   ALLOW IN    192.168.56.0/24           
60000:60010/udp            ALLOW IN    Anywhere                  
22/tcp (OpenSSH)           ALLOW IN    Anywhere                  
22/tcp (v6)                LIMIT IN    Anywhere (v6)             
12345/tcp (v6)             ALLOW IN    Anywhere (v6)             
80,443/tcp (v6)            ALLOW IN    Anywhere (v6)             
60000:60010/udp (v6)       ALLOW IN    Anywhere (v6)             
22/tcp (OpenSSH (v6))      ALLOW IN    Anywhere (v6)             

53                         ALLOW OUT   Anywhere                  
53 (v6)                    ALLOW OUT   Anywhere (v6)             

`;
const notRoot = 'ERROR: You need to be root to run this script\n';
const nftOfNobody = 'Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: Operation not permitted\n';
const fail2banAway =
  '2026-11-22 11:35:54,324 fail2ban                [311]: ERROR   Failed to access socket path: /var/run/fail2ban/fail2ban.sock. Is fail2ban running?\n';
const fail2banClosed =
  '2026-11-22 11:36:36,778 fail2ban                [349]: ERROR   Permission denied to socket: /var/run/fail2ban/fail2ban.sock, (you must be root)\n';
const jail = `Status for the jail: classcord
|- Filter
|  |- Currently failed:	0
|  |- Total failed:	0
|  \`- File list:	/var/log/classcord/classcord.log
\`- Actions
   |- Currently banned:	1
   |- Total banned:	1
   \`- Banned IP list:	203.0.113.9
`;
const timedatectl = (synchronised: string, can = 'yes') => `Timezone=Etc/UTC
LocalRTC=no
CanNTP=${can}
NTP=${can}
NTPSynchronized=${synchronised}
TimeUSec=Sun 2026-11-22 11:37:26 UTC
`;
const chrony = (leap: string) => `Reference ID    : C0A83801 (192.168.56.1)
Stratum         : 3
Ref time (UTC)  : Sun Nov 22 11:36:01 2026
System time     : 0.002031415 seconds slow of NTP time
Last offset     : -0.000012233 seconds
RMS offset      : 0.000034500 seconds
Frequency       : 12.345 ppm fast
Residual freq   : -0.001 ppm
Skew            : 0.045 ppm
Root delay      : 0.001234567 seconds
Root dispersion : 0.000987654 seconds
Update interval : 64.2 seconds
Leap status     : ${leap}
`;
const unit = (given: Record<string, string> = {}) => ({
  ...{ WatchdogUSec: '30s', MainPID: '46', Result: 'success', NRestarts: '0', LoadState: 'loaded', ActiveState: 'active' },
  ...{ SubState: 'running', UnitFileState: 'enabled', NeedDaemonReload: 'no' },
  ...given,
});

const ran = (stdout: string, code = 0, stderr = ''): Answer => ({ state: 'ran', code, stdout, stderr });
/** Programs that answer this; the others are missing. */
const tools =
  (answers: Record<string, Answer>): Run =>
  async (program, ...words) =>
    answers[[program, ...words].join(' ')] ?? { state: 'missing' };

describe('what the programs of the machine say', () => {
  let root: string;
  let layout: Layout;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'aerie-checks-'));
    layout = layoutUnder(root);
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const configure = (settings: Partial<Settings> = {}): Config =>
    readConfig({ data: join(root, 'data'), tcp: '0.0.0.0:12345', log: '/var/log/classcord/classcord.log', ...settings }, {});

  describe('ufw', () => {
    const judge = (text: string, nginx = true, settings: Partial<Settings> = {}) => judgeUfw(readUfw(text)!, configure(settings), nginx);

    it('is read with its ports, spans, networks and profiles', () => {
      const status = readUfw(ufwOn)!;
      expect(status).toMatchObject({ active: true, incoming: 'deny' });
      expect(status.rules.slice(0, 7).map(({ ports, protocol, action, from }) => [ports, protocol, action, from])).toEqual([
        [[{ from: 22, to: 22 }], 'tcp', 'LIMIT', 'Anywhere'],
        [[{ from: 12345, to: 12345 }], 'tcp', 'ALLOW', 'Anywhere'],
        [
          [
            { from: 80, to: 80 },
            { from: 443, to: 443 },
          ],
          'tcp',
          'ALLOW',
          'Anywhere',
        ],
        [undefined, undefined, 'DENY', '203.0.113.7'],
        [[{ from: 5000, to: 5000 }], 'tcp', 'ALLOW', '192.168.56.0/24'],
        [[{ from: 60000, to: 60010 }], 'udp', 'ALLOW', 'Anywhere'],
        [[{ from: 22, to: 22 }], 'tcp', 'ALLOW', 'Anywhere'],
      ]);
      expect(status.rules).toHaveLength(12);
      expect(readUfw('Status: inactive\n')).toMatchObject({ active: false, rules: [] });
      expect(readUfw('something else')).toBeUndefined();
    });

    it('is right with what an installation needs, and says what is missing or too much', () => {
      expect(judge(ufwOn)).toEqual([{ level: 'good', says: 'The firewall is on: deny by default, 7 rules' }]);
      expect(judge(ufwOn.replaceAll(/^80,443.*\n/gm, ''))).toMatchObject([{ mend: 'ufw allow 80/tcp' }, { mend: 'ufw allow 443/tcp' }]);
      expect(judge(ufwOn.replaceAll(/^80,443.*\n/gm, ''), false)).toMatchObject([{ level: 'good' }]);
      expect(judge(ufwOn.replaceAll(/^12345.*\n/gm, ''))).toMatchObject([{ level: 'wrong', mend: 'ufw allow 12345/tcp' }]);
      expect(judge(ufwOn.replaceAll(/^12345.*\n/gm, ''), true, { tcp: '127.0.0.1:12345' })).toMatchObject([{ level: 'good' }]);
      expect(judge(ufwOn.replace(/^12345\/tcp .*$/m, '12345/tcp                  ALLOW IN    10.0.0.0/8'))).toMatchObject([
        { level: 'good' },
      ]);
      expect(judge(ufwOn.replace('deny (incoming)', 'allow (incoming)'))[0]).toMatchObject({ mend: 'ufw default deny incoming' });
      expect(judge(ufwOn.replace('12345/tcp  ', '3000/tcp   '))).toContainEqual(
        expect.objectContaining({ level: 'wrong', mend: 'ufw delete allow 3000/tcp' }),
      );
      expect(judge(ufwOn.replaceAll(/^22\/tcp.*\n/gm, ''))).toContainEqual(
        expect.objectContaining({ level: 'note', mend: expect.stringContaining('SSH') }),
      );
    });

    it('is off, missing, or not for this user', async () => {
      const look = (answers: Record<string, Answer>) => checkFirewall(configure(), layout, tools(answers), true);
      const off = { 'ufw status verbose': ran('Status: inactive\n') };
      const rules = (policy: string) =>
        ran(`table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy ${policy};\n`);
      expect(await look(off)).toMatchObject([{ level: 'wrong', mend: expect.stringMatching(/^Open the port of SSH/) }]);
      // What knows by which ports the administrator comes: a mend that only opens 22 shuts out whoever has another.
      const apply = join(layout.current, 'deploy/debian/ufw/apply');
      put(apply, '');
      expect(await look(off)).toMatchObject([{ level: 'wrong', mend: apply }]);
      put(layout.choices, 'roles=nester\nwithout=\nclasscord_only=yes\n');
      expect(await look(off)).toMatchObject([{ level: 'wrong', mend: `${apply} --classcord-only` }]);
      expect(await look({ ...off, 'nft list ruleset': rules('drop') })).toMatchObject([{ level: 'note' }]);
      expect(await look({ ...off, 'nft list ruleset': rules('accept') })).toMatchObject([{ level: 'wrong' }]);
      expect(await look({ 'ufw status verbose': ran('', 1, notRoot) })).toMatchObject([
        { level: 'note', mend: 'Run "sudo nester doctor".' },
      ]);
      expect(await look({ 'ufw status verbose': ran(ufwOn) })).toMatchObject([{ level: 'good' }]);
      expect(await look({ 'nft list ruleset': rules('drop') })).toMatchObject([{ says: expect.stringContaining('without ufw') }]);
      expect(await look({ 'nft list ruleset': ran('', 1, nftOfNobody) })).toMatchObject([{ mend: 'Run "sudo nester doctor".' }]);
      expect(await look({})).toMatchObject([{ level: 'note', says: 'This machine has no firewall' }]);
      expect(await look({ 'ufw status verbose': { state: 'slow' } })).toMatchObject([
        { level: 'wrong', says: expect.stringContaining('5 seconds') },
      ]);
    });
  });

  it('fail2ban: its server, its jail, the log that it reads and its filter', async () => {
    const ping = { 'fail2ban-client ping': ran('Server replied: pong\n') };
    const up = { ...ping, 'fail2ban-client status classcord': ran(jail) };
    const look = (answers: Record<string, Answer>, settings: Partial<Settings> = {}) =>
      checkBans(configure(settings), layout, tools(answers));
    expect(readJail(jail)).toEqual({ files: ['/var/log/classcord/classcord.log'], banned: 1 });
    expect(await look(up)).toEqual([{ level: 'good', says: 'Fail2ban watches /var/log/classcord/classcord.log, 1 banned now' }]);
    expect(await look({})).toMatchObject([{ level: 'note', mend: expect.stringContaining('apt-get install fail2ban') }]);
    expect(await look({ 'fail2ban-client ping': ran('', 255, fail2banClosed) })).toMatchObject([
      { level: 'note', mend: 'Run "sudo nester doctor".' },
    ]);
    expect(await look({ 'fail2ban-client ping': ran('', 255, fail2banAway) })).toEqual([
      {
        level: 'wrong',
        says: 'Fail2ban does not answer: ERROR Failed to access socket path: /var/run/fail2ban/fail2ban.sock. Is fail2ban running?',
        mend: expect.stringContaining('systemctl restart fail2ban'),
      },
    ]);
    const none = { ...ping, 'fail2ban-client status classcord': ran("Sorry but the jail 'classcord' does not exist\n", 255) };
    expect(await look(none)).toMatchObject([{ level: 'wrong', says: 'Fail2ban has no jail classcord' }]);
    expect(await look(up, { log: '/var/log/nester.log' })).toMatchObject([{ level: 'wrong', mend: expect.stringContaining('logpath') }]);
    expect(await checkBans({ ...configure(), log: undefined }, layout, tools(up))).toMatchObject([
      { level: 'wrong', mend: expect.stringContaining('AERIE_LOG') },
    ]);
    const shipped = join(layout.current, 'deploy/debian/fail2ban/filter.d/classcord.conf');
    put(shipped, 'new');
    put(join(layout.filters, 'classcord.conf'), 'old');
    expect(await look(up)).toMatchObject([{ level: 'wrong', mend: expect.stringContaining(`cp ${shipped}`) }]);
    put(join(layout.filters, 'classcord.conf'), 'new');
    expect(await look(up)).toMatchObject([{ level: 'good' }]);
  });

  it('the clock: timedatectl, chrony, or the sign of systemd-timesyncd', async () => {
    const look = async (answers: Record<string, Answer>) => await checkSynchronised(layout, tools(answers));
    expect(await look({ 'timedatectl show': ran(timedatectl('yes')) })).toMatchObject({ level: 'good' });
    expect(await look({ 'timedatectl show': ran(timedatectl('no')) })).toMatchObject({
      level: 'note',
      mend: expect.stringContaining('set-ntp true'),
    });
    expect(await look({ 'timedatectl show': ran(timedatectl('no', 'no')) })).toMatchObject({ mend: 'apt-get install systemd-timesyncd' });
    expect(readTracking(chrony('Normal'))).toEqual({ synchronised: true, offsetMs: 2.031415 });
    expect(await look({ 'timedatectl show': ran(timedatectl('no')), 'chronyc -n tracking': ran(chrony('Normal')) })).toMatchObject({
      level: 'good',
      says: 'The clock is synchronised by chrony, 2.0 ms off',
    });
    expect(await look({ 'chronyc -n tracking': ran(chrony('Not synchronised')) })).toMatchObject({
      level: 'note',
      mend: expect.stringContaining('chronyc'),
    });
    expect(await look({})).toMatchObject({ level: 'note', mend: 'apt-get install systemd-timesyncd' });
    put(layout.clockSign, '');
    expect(await look({})).toMatchObject({ level: 'good' });
  });

  it('systemd: the service runs, starts with the machine, and what its process may use', async () => {
    expect(judgeUnit(unit())).toEqual([{ level: 'good', says: 'nester.service runs, and starts with the machine' }]);
    expect(judgeUnit(unit({ LoadState: 'not-found' }))).toMatchObject([{ level: 'wrong' }]);
    expect(judgeUnit(unit({ ActiveState: 'failed', Result: 'watchdog' }))).toMatchObject([
      { level: 'wrong', says: 'nester.service is failed (watchdog)', mend: expect.stringContaining('journalctl -u nester') },
    ]);
    expect(judgeUnit(unit({ UnitFileState: 'disabled' }))).toMatchObject([{ level: 'wrong', mend: 'systemctl enable nester' }]);
    expect(judgeUnit(unit({ NRestarts: '3' }))).toMatchObject([
      { level: 'good' },
      { level: 'note', says: expect.stringContaining('3 times') },
    ]);
    expect(judgeUnit(unit({ WatchdogUSec: '0' }))[1]).toMatchObject({ level: 'note', says: expect.stringContaining('watchdog') });
    expect(judgeUnit(unit({ NeedDaemonReload: 'yes' }))[1]).toMatchObject({ mend: 'systemctl daemon-reload' });
    put(join(layout.processes, '46', 'limits'), 'Max open files            1024                 524288               files\n');
    const run: Run = async () =>
      ran(
        Object.entries(unit())
          .map(pair => pair.join('='))
          .join('\n'),
      );
    expect(await checkUnit(configure(), layout, run)).toMatchObject([
      { level: 'good' },
      { level: 'note', mend: expect.stringContaining('LimitNOFILE') },
    ]);
    expect(await checkUnit(configure(), layout, tools({}))).toMatchObject([{ level: 'note' }]);
  });

  it('the versions: of the system, of the program in use, and of the database', () => {
    const debian = (version: string) =>
      `PRETTY_NAME="Debian GNU/Linux ${version}"\nVERSION_ID="${version}"\nID=debian\nHOME_URL="https://www.debian.org/"\n`;
    expect(checkSystem(layout)).toEqual([]);
    const levels = ['10', '11', '12', '13', '14'].map(version => {
      put(layout.osRelease, debian(version));
      return checkSystem(layout)[0]!.level;
    });
    expect(levels).toEqual(['wrong', 'good', 'good', 'good', 'note']);
    put(layout.osRelease, 'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04"\n');
    expect(checkSystem(layout)).toMatchObject([{ level: 'note', says: expect.stringContaining('Ubuntu 24.04') }]);

    expect(checkRelease(layout, root)).toMatchObject([{ level: 'note' }]);
    mkdirSync(layout.current, { recursive: true });
    expect(checkRelease(layout, layout.current)).toMatchObject([{ level: 'good' }]);
    expect(checkRelease(layout, root)).toMatchObject([{ level: 'note', mend: expect.stringContaining('doctor') }]);

    expect(checkSchema(['1', '2'], ['1', '2'])).toMatchObject([{ level: 'good' }]);
    expect(checkSchema(['1'], ['1', '2'])).toMatchObject([{ level: 'note', says: expect.stringContaining('2 is to come') }]);
    expect(checkSchema(['1', '2', '3'], ['1', '2'])).toMatchObject([{ level: 'wrong', says: expect.stringContaining('newer version: 3') }]);
  });

  it('memory, in mebibytes', () => {
    expect(readMemory('MemTotal:        8048620 kB\nMemFree:  1 kB\nMemAvailable:    6291456 kB\n')).toEqual({
      totalMib: 7859,
      availableMib: 6144,
    });
    expect(readMemory('')).toEqual({ totalMib: undefined, availableMib: undefined });
  });

  it('a program is run without a shell, and one that is missing or fails is an answer', async () => {
    expect(await runTool('systemctl', '--version; echo $HOME')).toMatchObject({ state: expect.stringMatching(/ran|missing/) });
    const answer = await runTool('systemctl', '--no-such-option');
    if (answer.state === 'ran') expect(answer.code).not.toBe(0);
  });
});
