import { type HttpCaller, httpCaller } from '@aerie/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { within } from '../kit/wait.ts';
import { layOut, property, soundUnits, withRelease } from './laid-out.ts';
import { bootMs, Machine } from './machine.ts';

const password = 'correct-horse-battery-9';
const log = '/var/log/classcord/classcord.log';

needs('mmdebstrap', 'nspawn')('Nester as a service of systemd', () => {
  let machine: Machine;
  let http: number;
  let tcp: number;
  let admin: HttpCaller;
  let channelId: string;

  beforeAll(async () => {
    machine = await Machine.boot(withRelease);
    await layOut(machine);
    await machine.run('nester', ['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: password });
    await machine.reboot();
    [http, tcp] = await Promise.all([machine.reach(3000), machine.reach(12345)]);
  }, bootMs);
  afterAll(() => machine.stop());

  const show = (name: string) => property(machine, 'nester', name);
  const mainPid = async () => Number(await show('MainPID'));
  const isActive = async (unit = 'nester') => (await machine.run('systemctl', ['is-active', unit], { mayFail: true })).stdout.trim();
  const logLines = () => machine.read(log).split('\n');
  /** When Nester said for the last time that it is ready. */
  const readyAt = () =>
    Date.parse(
      logLines()
        .findLast(line => line.includes('[START] Nester is ready'))!
        .split(' ')[0]!,
    );

  /** Somebody who is logged in on the Classcord port. */
  async function line(): Promise<LineClient> {
    const client = await LineClient.connect({ host: '127.0.0.1', port: tcp });
    await client.ask('session.logIn', { user: 'Ada', password });
    return client;
  }

  /** Says things until the line is lost, a few at a time; acts once enough was acknowledged. @returns all that was acknowledged */
  async function talk(name: string, enough: number, act: () => Promise<unknown>): Promise<string[]> {
    const client = await line();
    const acknowledged: string[] = [];
    let said = 0;
    let acted: Promise<unknown> | undefined;
    const speak = async () => {
      try {
        for (;;) {
          said += 1;
          const content = `${name} ${said}`;
          await client.ask('message.send', { channelId, content });
          acknowledged.push(content);
          if (acknowledged.length === enough) acted = act();
        }
      } catch {
        // The line is lost; what was acknowledged before is what counts.
      }
    };
    await Promise.all(Array.from({ length: 4 }, speak));
    await acted;
    return acknowledged;
  }

  async function stored(): Promise<Set<string>> {
    const all = new Set<string>();
    for (let before: number | undefined, more = true; more; ) {
      const page = await admin.call('message.history', { channelId, before, limit: 200 });
      for (const { content } of page.messages) all.add(content!);
      before = page.messages[0]?.seq;
      more = page.moreBefore;
    }
    return all;
  }

  async function logIn(): Promise<void> {
    const url = `http://127.0.0.1:${http}`;
    const { token } = await httpCaller(url).call('session.logIn', { user: 'Ada', password });
    admin = httpCaller(url, { token: token! });
    channelId = (await admin.call('channel.find', { name: 'général' })).channel.channelId;
  }

  /** Resolves when another process serves than the one that did, and it is ready. */
  async function backAfter(pid: number): Promise<void> {
    const isBack = async () => (await mainPid()) !== pid && (await isActive()) === 'active';
    await machine.until('Nester to be back', isBack, 60_000);
  }

  it('starts at boot, and answers at both doors', async () => {
    expect([await isActive(), await isActive('classcord')]).toEqual(['active', 'active']);
    expect(await show('Names')).toContain('classcord.service');
    expect(await show('StatusText')).toBe('Ready: http 127.0.0.1:3000, tcp 0.0.0.0:12345');
    const answer = await fetch(`http://127.0.0.1:${http}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    await logIn();
    await (await line()).close();
  });

  it('is confined, and held to its limits', async () => {
    const pid = await mainPid();
    const status = (await machine.run('cat', [`/proc/${pid}/status`])).stdout;
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(status).toMatch(new RegExp(`^${set}:\\s0{16}$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s1$/m);
    expect(status).toMatch(/^Seccomp:\s2$/m);
    expect((await machine.run('ps', ['-o', 'user:20=', '-p', String(pid)])).stdout.trim()).toBe('aerie');
    expect((await machine.run('cat', [`/proc/${pid}/limits`])).stdout).toMatch(/^Max core file size +0 /m);
    const group = `system.slice/nester.service`;
    const limits = await machine.run(
      'sh',
      [
        '-c',
        `cd /sys/fs/cgroup; cat memory/${group}/memory.limit_in_bytes ${group}/memory.max; cat pids/${group}/pids.max ${group}/pids.max`,
      ],
      { mayFail: true },
    );
    expect(limits.stdout.trim().split('\n')).toEqual([String(2 * 2 ** 30), '256']);
    // It may write where its data and its log are, and nowhere else.
    const inIt = ['-t', String(pid), '-m', 'setpriv', '--reuid=aerie', '--regid=aerie', '--init-groups', 'touch'];
    for (const [path, code] of [
      ['/var/lib/aerie/probe', 0],
      ['/var/log/classcord/probe', 0],
      ['/etc/aerie/probe', 1],
      ['/opt/aerie/current/probe', 1],
      ['/usr/local/bin/nester', 1],
    ] as const)
      expect([path, (await machine.run('nsenter', [...inIt, path], { mayFail: true })).code]).toEqual([path, code]);
    await machine.run('rm', ['/var/lib/aerie/probe', '/var/log/classcord/probe']);
  });

  it('has as many files open as people need, as far as the machine allows', async () => {
    const asked = Number(await show('LimitNOFILE'));
    expect(asked).toBe(65_536);
    const most = Number(machine.read('/proc/sys/fs/nr_open'));
    const got = /^Max open files +(\d+)/m.exec((await machine.run('cat', [`/proc/${await mainPid()}/limits`])).stdout)![1];
    const hard = /^Max open files +\d+ +(\d+)/m.exec((await machine.run('cat', ['/proc/1/limits'])).stdout)![1];
    expect(Number(got)).toBe(Math.min(asked, most, Number(hard)));
  });

  it('is given the key, which nobody else can read', async () => {
    expect((await machine.run('stat', ['-c', '%U:%G %a', '/etc/aerie/secret.key'])).stdout).toBe('root:root 600\n');
    expect(await machine.run('cat', ['/etc/aerie/secret.key'], { as: 'aerie', mayFail: true })).toMatchObject({ code: 1 });
    const given = '/run/credentials/nester.service/secret.key';
    expect(machine.read(given)).toBe(machine.read('/etc/aerie/secret.key'));
    for (const other of ['harvester', 'www-data'])
      expect(await machine.run('cat', [given], { as: other, mayFail: true })).toMatchObject({ code: 1 });
    const server = { host: '127.0.0.1', port: 25, tls: 'none' as const, user: 'aerie', from: 'aerie@school.example' };
    await admin.call('mail.set', { server, password: 'of the mail server' });
    expect((await machine.run('ls', ['-A', '/var/lib/aerie'])).stdout).not.toContain('secret.key');
  });

  it('has its key changed by root while it is stopped, and says so before', async () => {
    const before = machine.read('/etc/aerie/secret.key');
    const refused = await machine.run('nester', ['secret', 'rotate'], { mayFail: true });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Stop Nester, run "sudo nester secret rotate", start it again'),
    });
    expect(machine.read('/etc/aerie/secret.key')).toBe(before);
    await machine.run('systemctl', ['stop', 'nester']);
    expect((await machine.run('nester', ['secret', 'rotate'])).stderr).toMatch(/^Sealed 1 secret with the new key/);
    await machine.run('systemctl', ['start', 'nester']);
    expect(machine.read('/etc/aerie/secret.key')).not.toBe(before);
    // It opens what is sealed: there is no mail server, but it gets as far as that.
    expect((await admin.call('mail.test', { to: 'ada@school.example' })).answer).toContain('ECONNREFUSED');
    expect((await machine.run('find', ['/var/lib/aerie', '/var/log/classcord', '!', '-user', 'aerie'])).stdout).toBe('');
    expect((await machine.run('stat', ['-c', '%U:%G %a', '/etc/aerie/secret.key'])).stdout).toBe('root:root 600\n');
  });

  it('is back within two seconds of kill -9, with all that it had acknowledged', async () => {
    const acknowledged: string[] = [];
    const away: { ms: number; waitedMs: number }[] = [];
    const isSoon = ({ ms, waitedMs }: { ms: number; waitedMs: number }) => ms - waitedMs < 2_000;
    while (away.length < 3 && !away.some(isSoon)) {
      const pid = await mainPid();
      let killedAt = 0;
      const said = await talk(`kill ${away.length}`, 150, async () => {
        killedAt = Date.now();
        await machine.run('kill', ['-9', String(pid)]);
      });
      await backAfter(pid);
      expect(said.length).toBeGreaterThanOrEqual(150);
      acknowledged.push(...said);
      // Other suites run beside this one: how long it stood in line for a processor that they had is no fault of the service.
      const [, waited] = (await machine.run('cat', [`/proc/${await mainPid()}/schedstat`])).stdout.split(' ');
      away.push({ ms: readyAt() - killedAt, waitedMs: Math.round(Number(waited) / 1e6) });
    }
    for (const { ms, waitedMs } of away) console.log(`ready again ${ms} ms after kill -9, ${waitedMs} of them in line for a processor`);
    expect(away.some(isSoon)).toBe(true);
    const kept = await stored();
    expect(acknowledged.filter(content => !kept.has(content))).toEqual([]);
    expect(await show('NRestarts')).toBe(String(away.length));
  });

  it('drains when it is stopped: what it took is stored and answered, and all are told', async () => {
    const client = await line();
    const halfway = Promise.withResolvers<void>();
    const answered: string[] = [];
    const sending = Array.from({ length: 1_500 }, async (_, i) => {
      await client.ask('message.send', { channelId, content: `drain ${i}` });
      if (answered.push(`drain ${i}`) === 100) halfway.resolve();
    });
    await within(30_000, 'a hundred answers', halfway.promise);
    const [ends] = await Promise.all([Promise.allSettled(sending), machine.run('systemctl', ['stop', 'nester']), client.closed]);
    expect(client.lines).toContainEqual(expect.objectContaining({ event: 'session.ended', reason: 'stopping' }));
    expect([await isActive(), await show('Result'), await show('ExecMainStatus')]).toEqual(['inactive', 'success', '0']);
    await machine.run('systemctl', ['start', 'classcord']);
    console.log(`${answered.length} of ${ends.length} were taken before the doors closed`);
    // Neither lost, nor stored behind somebody's back.
    const kept = [...(await stored())].filter(content => content.startsWith('drain '));
    expect(kept.sort()).toEqual(answered.sort());
  });

  it('opens its log again when it is reloaded, and stays the same process', async () => {
    const pid = await mainPid();
    await machine.run('mv', [log, `${log}.1`]);
    await machine.run('systemctl', ['reload', 'nester']);
    await machine.until('a new log', async () => (await machine.run('test', ['-f', log], { mayFail: true })).code === 0);
    await (await line()).close();
    await machine.until('a line in the new log', () => machine.read(log).includes('[CONNECT]'));
    expect((await machine.run('stat', ['-c', '%U:%G %a', log])).stdout).toBe('aerie:adm 640\n');
    expect(await mainPid()).toBe(pid);
    await machine.run('mv', [`${log}.1`, log]);
  });

  it('is started again when it hangs', async () => {
    expect(await show('WatchdogUSec')).toBe('30s');
    machine.write('/etc/systemd/system/nester.service.d/quick.conf', '[Service]\nWatchdogSec=3\n');
    await machine.run('systemctl', ['daemon-reload']);
    await machine.run('systemctl', ['restart', 'nester']);
    const pid = await mainPid();
    const since = await show('WatchdogTimestampMonotonic');
    // While it is well, it says so, and is left alone for longer than the watchdog waits.
    const [first] = since.split('.');
    await machine.until(
      'signs of life for two rounds',
      async () => Number(await show('WatchdogTimestampMonotonic')) > Number(first) + 6_500_000,
    );
    expect(await mainPid()).toBe(pid);
    const hungAt = Date.now();
    await machine.run('kill', ['-STOP', String(pid)]);
    await backAfter(pid);
    expect(readyAt()).toBeGreaterThan(hungAt);
    console.log(`ready again ${readyAt() - hungAt} ms after it began to hang, with a watchdog of 3 s`);
    expect((await machine.run('journalctl', ['-u', 'nester', '-o', 'cat', '--no-pager'])).stdout).toContain(
      "Failed with result 'watchdog'",
    );
    expect((await fetch(`http://127.0.0.1:${http}/healthz`)).status).toBe(200);
    await machine.run('rm', ['-r', '/etc/systemd/system/nester.service.d']);
    await machine.run('systemctl', ['daemon-reload']);
    await machine.run('systemctl', ['restart', 'nester']);
  });

  it('is not started again and again with settings that are wrong', async () => {
    const right = machine.read('/etc/aerie/nester.toml');
    machine.write('/etc/aerie/nester.toml', `${right}passwordMin = "short"\n`, { mode: 0o640 });
    expect(await machine.run('systemctl', ['restart', 'nester'], { mayFail: true })).toMatchObject({ code: 1 });
    expect([await isActive(), await show('NRestarts'), await show('ExecMainStatus')]).toEqual(['failed', '0', '2']);
    expect((await machine.run('journalctl', ['-u', 'nester', '-o', 'cat', '-n', '20', '--no-pager'])).stdout).toContain(
      'AERIE_PASSWORD_MIN',
    );
    machine.write('/etc/aerie/nester.toml', right, { mode: 0o640 });
    await machine.run('systemctl', ['restart', 'nester']);
  });

  it('has units that are written right, and leave little open', async () => {
    const exposure = await soundUnits(machine);
    console.log(`left open, of 10: nester ${exposure.nester}, harvester ${exposure.harvester}`);
    expect(exposure.nester).toBeLessThanOrEqual(2);
    expect(exposure.harvester).toBeLessThanOrEqual(2.5);
  });
});
