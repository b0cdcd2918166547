import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator } from '../kit/people.ts';
import { until } from '../kit/wait.ts';
import { SshServer } from './ssh-server.ts';

const scan = (minute: number) => {
  const at = new Date(Date.UTC(2026, 10, 20, 11, minute)).toISOString();
  return `${JSON.stringify({ meta: { generated_at: at }, results: [{ host: '192.168.4.10', status: 'up', ports: [] }] })}\n`;
};

needs('sshd')('sending report files by SFTP', () => {
  let server: SshServer;
  beforeEach(async () => {
    server = await SshServer.open();
    await server.start();
  });
  afterEach(() => server.remove());

  const arrived = () => readdirSync(server.far).sort();
  const waits = () => Number(readFileSync(join(server.state, 'not-before'), 'utf8')) - Date.now() / 1_000;
  const hasFailed = () => readdirSync(server.state).includes('not-before');

  it('sends what is whole, once, whatever it is called', async () => {
    const odd = [
      "it's here.json",
      'say "hi".json',
      '$(touch oops);`id`.json',
      'a\nb.json',
      '-rf.json',
      'été.xml',
      '*.json',
      '!touch oops.json',
    ];
    odd.forEach((name, i) => {
      server.write(name, name.endsWith('.xml') ? '<nmaprun/>' : scan(i));
    });
    server.write('half.json', scan(30).slice(0, 50));
    server.write('scan.json.part', scan(31));
    server.write('.hidden.json', scan(32));
    utimesSync(join(server.reports, 'été.xml'), 1_700_000_000, 1_700_000_000);
    expect(await server.send()).toEqual({ code: 0, output: 'send-reports: files sent: 8\n' });
    expect(arrived().map(name => name.replace(/-\d+\./, '-N.'))).toEqual([
      '-rf.json',
      '_-N.json',
      '__touch oops___id_-N.json',
      '_touch oops-N.json',
      'a_b-N.json',
      'it_s here-N.json',
      'say _hi_-N.json',
      'été.xml',
    ]);
    expect(readFileSync(join(server.far, '-rf.json'), 'utf8')).toBe(scan(4));
    // Shape B tells its time by nothing else.
    expect(statSync(join(server.far, 'été.xml')).mtimeMs).toBe(1_700_000_000_000);
    expect(await server.send()).toEqual({ code: 0, output: '' });
    server.write('half.json', scan(30));
    server.write('-rf.json', scan(40));
    expect((await server.send()).output).toBe('send-reports: files sent: 2\n');
    expect(readFileSync(join(server.far, '-rf.json'), 'utf8')).toBe(scan(40));
    expect(readdirSync(server.far).filter(name => name.startsWith('.'))).toEqual([]);
  });

  it('leaves alone what changes while it looks', async () => {
    server.write('scan.json', scan(1));
    const sending = server.send({ settings: { QUIET: '2' } });
    // The copy that it holds against the file after that time.
    const copied = () => readdirSync(server.state).includes('work') && readdirSync(join(server.state, 'work')).includes('batch');
    const watched = (listener: () => void) => {
      const watchers = [watch(server.state, listener), setInterval(listener, 20)] as const;
      return () => {
        watchers[0].close();
        clearInterval(watchers[1]);
      };
    };
    await until('the copy', watched, copied);
    server.write('scan.json', scan(2));
    expect(await sending).toEqual({ code: 0, output: '' });
    expect(arrived()).toEqual([]);
    await server.send();
    expect(readFileSync(join(server.far, 'scan.json'), 'utf8')).toBe(scan(2));
  });

  it('sends nothing to a host with another key', async () => {
    server.pin('other_host');
    server.write('scan.json', scan(1));
    const { code, output } = await server.send();
    expect(code).toBe(1);
    expect(output).toMatch(/Host key verification failed[\s\S]*kept and tried again in 30 s/);
    expect(arrived()).toEqual([]);
    server.pin('host');
    expect((await server.send({ args: ['--now'] })).code).toBe(0);
    expect(arrived()).toEqual(['scan.json']);
  });

  it('keeps what cannot be sent, waits longer each time, and sends it when the far side is back', async () => {
    await server.stop();
    server.write('scan.json', scan(1));
    for (const wait of [30, 60, 120, 240, 480, 900, 900]) {
      expect(await server.send()).toMatchObject({ code: 1, output: expect.stringContaining(`tried again in ${wait} s.`) });
      expect(Math.abs(waits() - wait)).toBeLessThan(5);
      // Too early: it does not even try.
      expect(await server.send()).toEqual({ code: 0, output: '' });
      writeFileSync(join(server.state, 'not-before'), '0\n');
    }
    await server.start();
    expect((await server.send()).code).toBe(0);
    expect([arrived(), hasFailed()]).toEqual([['scan.json'], false]);
  });

  it('sends the others when the far side does not take one', async () => {
    for (let i = 0; i < 3; i++) server.write(`scan-${i}.json`, scan(i));
    // A folder of that name is in the way.
    mkdirSync(join(server.far, 'scan-1.json/full'), { recursive: true });
    expect(await server.send()).toMatchObject({ code: 1, output: expect.stringContaining('files sent: 2\n') });
    rmSync(join(server.far, 'scan-1.json'), { recursive: true });
    expect((await server.send({ args: ['--now'] })).output).toBe('send-reports: files sent: 1\n');
    expect(arrived()).toEqual(['scan-0.json', 'scan-1.json', 'scan-2.json']);
  });

  it.each([
    { REMOTE: '-oProxyCommand=true' },
    { REMOTE: 'a b' },
    { REMOTE_DIR: 'x"y' },
    { PORT: '22; id' },
    { KNOWN_HOSTS: '/nowhere' },
    { REPORTS: '/nowhere' },
  ])('refuses the settings %j', async settings => {
    const { code, output } = await server.send({ settings: settings as unknown as Record<string, string> });
    expect(code).toBe(2);
    expect(output).toMatch(/^send-reports: .+\n$/);
  });
});

needs('sshd')('report files on their way from a probe to the centre', () => {
  it('are sent, taken in, and known when they come again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'aerie-data-'));
    chmodSync(data, 0o711);
    mkdirSync(join(data, 'inbox'), { mode: 0o711 });
    const server = await SshServer.open(join(data, 'inbox', 'KC'));
    const nester = await Nester.start({ folder: data });
    try {
      await server.start();
      const admin = await firstAdministrator(nester);
      await admin.http.call('site.create', { code: 'KC', name: 'Kansas City' });
      for (let i = 0; i < 20; i++) server.write(`scan ${i}.json`, scan(i));
      expect((await server.send()).output).toBe('send-reports: files sent: 20\n');
      await nester.saidTimes('File taken in', 20);
      rmSync(join(server.state, 'sent'), { recursive: true });
      expect((await server.send()).output).toBe('send-reports: files sent: 20\n');
      await nester.saidTimes('File came again', 20);
      const { files } = await admin.http.call('intake.list', {});
      expect(files.map(({ state, siteCode, doubles }) => `${state} ${siteCode} ${doubles}`)).toEqual(Array(20).fill('taken KC 1'));
    } finally {
      await nester.remove();
      await server.remove();
    }
  });
});
