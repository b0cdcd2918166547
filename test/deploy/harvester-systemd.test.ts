import { execFileSync } from 'node:child_process';
import { type HttpCaller, httpCaller } from '@aerie/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atExit } from '../kit/at-exit.ts';
import { needs, program } from '../kit/needs.ts';
import { layOut, property, withRelease } from './laid-out.ts';
import { bootMs, Machine } from './machine.ts';

const password = 'correct-horse-battery-9';
const printer = { address: '10.80.0.2', mac: 'b8:27:eb:00:00:02' } as const;

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
  'nmap',
)('the Harvester as a service of systemd', () => {
  const spaces = ['server', 'printer'].map(name => `aerie-sd-${process.pid}-${name}`);
  const [here, there] = spaces as [string, string];
  const ip = (...args: string[]) => execFileSync(program('netns'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const callOff = atExit(removeNetwork);
  let machine: Machine;
  let admin: HttpCaller;
  let siteId: string;

  /** The machine and a printer, with a cable between them and nobody else. */
  function makeNetwork(): void {
    for (const space of spaces) ip('netns', 'add', space);
    ip('link', 'add', 'eth0', 'netns', here, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', there);
    ip('-n', there, 'link', 'set', 'eth0', 'address', printer.mac);
    ip('-n', here, 'addr', 'add', '10.80.0.1/24', 'dev', 'eth0');
    ip('-n', there, 'addr', 'add', `${printer.address}/24`, 'dev', 'eth0');
    for (const space of spaces) for (const link of ['lo', 'eth0']) ip('-n', space, 'link', 'set', link, 'up');
  }

  function removeNetwork(): void {
    for (const space of spaces) {
      try {
        ip('netns', 'del', space);
      } catch {
        // It was not made.
      }
    }
  }

  beforeAll(async () => {
    makeNetwork();
    machine = await Machine.boot({ ...withRelease, netns: here });
    await layOut(machine);
    await machine.run('nester', ['user', 'add', 'Ada', '--role', 'admin', '--password-stdin'], { input: password });
    await machine.run('systemctl', ['start', 'nester']);
    const url = `http://127.0.0.1:${await machine.reach(3000)}`;
    const { token } = await httpCaller(url).call('session.logIn', { user: 'Ada', password });
    admin = httpCaller(url, { token: token! });
    ({ siteId } = await admin.call('site.create', { code: 'KC', name: 'Kansas City' }));
    const policy = { ranges: [`${printer.address}/32`], ports: '22', heartbeatMs: 1_000 };
    await admin.call('site.setPolicy', { siteId, policy });
  }, bootMs);
  afterAll(async () => {
    await machine?.stop();
    removeNetwork();
    callOff();
  });

  const show = (name: string) => property(machine, 'harvester', name);

  it('waits until it is enrolled, without failing', async () => {
    await machine.run('systemctl', ['start', 'harvester']);
    expect([await show('ActiveState'), await show('ConditionResult'), await show('Result')]).toEqual(['inactive', 'no', 'success']);
    const { code } = await admin.call('probe.code', { siteId });
    await machine.run('harvester', ['enrol', 'http://127.0.0.1:3000', code]);
    expect((await machine.run('find', ['/var/lib/harvester', '!', '-user', 'harvester'])).stdout).toBe('');
    await machine.run('systemctl', ['start', 'harvester']);
    expect([await show('ActiveState'), await show('StatusText')]).toEqual(['active', 'Ready: dashboard 127.0.0.1:5000']);
  });

  it('may send raw packets, and has no other right of root’s', async () => {
    const pid = await show('MainPID');
    expect((await machine.run('getpcaps', [pid])).stdout).toMatch(/: cap_net_raw=eip\n$/);
    const status = machine.read(`/proc/${pid}/status`);
    expect(status).toMatch(/^CapBnd:\s0000000000002000$/m);
    expect(status).toMatch(/^NoNewPrivs:\s1$/m);
    expect(status).toMatch(/^Seccomp:\s2$/m);
  });

  it('sees by ARP who is on its network, and asks about systems', async () => {
    await machine.until('a report', async () => (await admin.call('report.list', { siteId })).reports.length > 0, 90_000);
    const { reports } = await admin.call('report.list', { siteId });
    const { report: found } = await admin.call('report.show', { reportId: reports[0]!.reportId });
    expect(found.scanner).toBe('nmap');
    expect(found.hosts).toMatchObject([{ address: printer.address, mac: printer.mac, vendor: expect.stringContaining('Raspberry Pi') }]);
    expect(found.missing.map(({ fact }) => fact)).not.toContain('os');
    const { devices } = await admin.call('device.search', { query: printer.mac });
    expect(devices).toMatchObject([{ siteCode: 'KC', address: printer.address }]);
  });

  it('comes back after kill -9, and stops in order', async () => {
    const pid = await show('MainPID');
    await machine.run('kill', ['-9', pid]);
    await machine.until('it to be back', async () => (await show('MainPID')) !== pid && (await show('ActiveState')) === 'active', 60_000);
    await machine.run('systemctl', ['stop', 'harvester']);
    expect([await show('ActiveState'), await show('Result'), await show('ExecMainStatus')]).toEqual(['inactive', 'success', '0']);
    const said = (await machine.run('journalctl', ['-u', 'harvester', '-o', 'cat', '--no-pager'])).stdout;
    expect(said).toContain('[STOP] The Harvester has stopped');
  });
});
