import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Report, report } from '@aerie/contract/reports';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ftp, http, ssh } from '../../bench/scan/lab/greetings.ts';
import { Lan } from '../../bench/scan/lab/lan.ts';
import { needs, program } from '../kit/needs.ts';
import { scratchFolder } from '../kit/scratch.ts';
import { LabProbe, written } from './lab-probe.ts';

const hosts = [
  { number: 1, services: [ssh(), http(80, 'nginx/1.22.1', 'Intranet')] },
  { number: 2, services: [ftp] },
];

needs(
  'netns',
  'mount',
  'python3',
  'nmap',
)('a probe of a site where something goes away', () => {
  const base = scratchFolder('away');
  let lan: Lan;
  let probe: LabProbe;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    lan = await Lan.open({ folder: base, hosts });
  });
  afterAll(() => lan.down());
  beforeEach(() => {
    count += 1;
    folder = join(base, String(count));
    mkdirSync(folder);
    const ranges = hosts.map(({ number }) => lan.address(number));
    probe = new LabProbe(lan, folder, { ranges, ports: '21,22,80', sweepEveryMs: 3_600_000, scanEveryMs: 3_600_000 });
  });
  afterEach(() => probe.end('SIGKILL'));

  const known = ({ hosts: found }: Report) =>
    found
      .filter(({ status }) => status === 'up')
      .map(({ address, ports }) => `${address} ${ports.filter(({ state }) => state === 'open').map(({ product }) => product)}`);
  const whole = () => [`${lan.address(1)} OpenSSH,nginx`, `${lan.address(2)} vsftpd`];

  it.each([
    ['looks who is there', '-sn'],
    ['looks at services', '-sV'],
  ])('is whole again after a kill -9 while it %s', async (_, step) => {
    // Tells how far it is, and is nmap.
    probe.nmap(`echo " $* " >> ${folder}/steps; exec ${program('nmap')} "$@"`);
    probe.start('run');
    await written(folder, 'steps', ` ${step} `);
    await probe.end('SIGKILL');
    expect(filesOf(probe.folder).filter(name => /^(reports|spool)\/|devices\.json/.test(name))).toEqual([]);
    probe.start('run');
    await probe.said('A scan is done', 60_000);
    await probe.end('SIGTERM');
    expect(probe.reports().map(known)).toEqual([whole()]);
    // The report waits, and nothing lies about.
    expect(readdirSync(join(probe.folder, 'spool'))).toEqual(readdirSync(join(probe.folder, 'reports')));
    expect(filesOf(probe.folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  it('keeps only whole files when it is killed at any moment', async () => {
    // Its own scan, so that passes are short and kills fall everywhere.
    probe.nmap('exit 1');
    for (const afterMs of [150, 250, 350, 450, 550, 700, 850, 1_000]) {
      probe.start('scan', '--json');
      await probe.endAfter(afterMs);
      for (const name of filesOf(probe.folder).filter(path => /^reports\/scan_.*\.json$/.test(path)))
        expect(() => report.parse(JSON.parse(readFileSync(join(probe.folder, name), 'utf8')))).not.toThrow();
      for (const name of filesOf(probe.folder).filter(path => path === 'devices.json'))
        expect(() => JSON.parse(readFileSync(join(probe.folder, name), 'utf8'))).not.toThrow();
    }
    expect(known(await probe.scan())).toHaveLength(2);
  });

  it('says that a host is gone, keeps what it knew of the others, and knows it again', async () => {
    expect(known(await probe.scan())).toEqual(whole());
    lan.plug(2, false);
    const without = await probe.scan();
    expect(known(without)).toEqual([whole()[0]]);
    expect(known(await probe.scan('--sweep'))).toEqual([`${lan.address(1)} `]);
    lan.plug(2, true);
    const again = await probe.scan();
    expect(known(again)).toEqual(whole());
    // It did not change while it was away: nobody had to look closely once more.
    const deepAt = (one: Report, number: number) => one.hosts.find(({ address }) => address === lan.address(number))?.deepAt;
    expect(deepAt(again, 1)).toBe(deepAt(without, 1));
    expect(deepAt(again, 2)).toBeLessThan(without.startedAt);
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
