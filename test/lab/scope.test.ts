import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { http, ssh } from '../../bench/scan/lab/greetings.ts';
import { Lan } from '../../bench/scan/lab/lan.ts';
import { needs } from '../kit/needs.ts';
import { scratchFolder } from '../kit/scratch.ts';
import { LabProbe } from './lab-probe.ts';

const web = [ssh(), http(80, 'nginx/1.22.1', 'Intranet')];

needs(
  'netns',
  'mount',
  'python3',
  'nmap',
)('what leaves a probe', () => {
  const base = scratchFolder('scope');
  let lan: Lan;
  let probe: LabProbe;
  let count = 0;

  beforeAll(async () => {
    const hosts = [1, 2, 3, 4].map(number => ({ number, services: web }));
    lan = await Lan.open({ folder: base, hosts });
    await lan.count();
  });
  afterAll(() => lan.down());

  const [allowed, excluded, stranger] = [1, 2, 9] as const;
  /** 10.79.0.0/29 without .2: hosts 1 to 6, of which 1, 3 and 4 are there. Host 9 is nobody's business. */
  const policy = () => ({ ranges: ['10.79.0.0/29'], exclude: [lan.address(excluded)], ports: '22,80,443' });
  beforeEach(async () => {
    count += 1;
    probe = new LabProbe(lan, join(base, String(count)), policy());
    await lan.sent();
  });
  afterEach(() => probe.end('SIGKILL'));

  const inNetwork = (sent: Record<string, number>) => Object.keys(sent).filter(address => address.startsWith('10.79.0.'));

  it.each([
    ['with nmap', []],
    ['that only asks who is there', ['--sweep']],
    ['of more than is allowed', ['--targets', '10.79.0.0/24']],
  ])('is for nobody but the hosts of its policy: a scan %s', async (_, args) => {
    const { hosts } = await probe.scan(...args);
    expect(hosts.map(({ address }) => address).sort()).toEqual([1, 3, 4].map(number => lan.address(number)));
    const sent = await lan.sent();
    expect(sent[lan.address(allowed)]).toBeGreaterThan(0);
    expect(sent[lan.address(excluded)]).toBeUndefined();
    expect(inNetwork(sent).sort()).toEqual([1, 3, 4, 5, 6].map(number => lan.address(number)));
  });

  it('is for nobody but them where nmap is missing', async () => {
    probe.nmap('exit 1');
    const { scanner } = await probe.scan();
    expect(scanner).toBe('tcp');
    const sent = await lan.sent();
    expect(sent[lan.address(allowed)]).toBeGreaterThan(0);
    expect(inNetwork(sent).sort()).toEqual([1, 3, 4, 5, 6].map(number => lan.address(number)));
  });

  it.each([
    ['an excluded host', () => excluded],
    ['a host outside the ranges', () => stranger],
  ])('is nothing when only %s is asked for', async (_, number) => {
    const { code, stderr } = await probe.tryScan('--targets', lan.address(number()));
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not allow this')]);
    expect(inNetwork(await lan.sent())).toEqual([]);
  });

  it('is nothing on a dry run, which lists the hosts', async () => {
    const { code, stdout } = await probe.tryScan('--dry-run');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ targets: expect.any(Array) })]);
    expect(await lan.sent()).toEqual({});
  });

  it('is nothing outside its windows, when it is asked and when it runs', async () => {
    // A minute of a day that is neither today, nor yesterday, nor tomorrow.
    const day = ((new Date().getUTCDay() + 2) % 7) + 1;
    const closed = { windows: [{ days: [day], from: '03:00', to: '03:01' }], zone: 'UTC' };
    probe = new LabProbe(lan, join(base, `${count}-closed`), { ...policy(), ...closed });
    const { code, stderr } = await probe.tryScan();
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not allow a scan at this time')]);
    probe.start('run');
    await probe.said('A sweep is done');
    await probe.end('SIGTERM');
    expect(probe.reports().flatMap(({ hosts }) => hosts)).toEqual([]);
    expect(inNetwork(await lan.sent())).toEqual([]);
  });
});
