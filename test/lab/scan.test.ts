import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPolicy, type Policy, type Report, report } from '@aerie/contract/reports';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { root, scratchFolder } from '../kit/scratch.ts';
import { LabNetwork } from './network.ts';

needs('netns', 'nmap')('a scan of a real network', () => {
  const folder = scratchFolder('lab');
  let network: LabNetwork;
  let server: string;
  let printer: string;

  beforeAll(async () => {
    network = new LabNetwork();
    server = network.address('server');
    printer = network.address('printer');
    await network.listen('server', 22, 8080);
    await network.listen('printer', 22, 9100);
    await network.listen('stranger', 22);
    network.drop('printer', 9100);
    // Two of the three hosts are authorised, and one address where nobody is.
    const policy: Policy = {
      ...firstPolicy,
      version: 7,
      ranges: [`${server}/32`, `${printer}/32`, '10.78.0.9/32'],
      ports: '22,80,8080,9100',
      scanEveryMs: 60_000,
      heartbeatMs: 15_000,
      wanTargets: [],
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
  });
  afterAll(() => network.down());

  const harvester = (path: string, ...args: string[]) =>
    network.node('probe', [join(root, 'packages/harvester/src/main.ts'), 'scan', ...args], { PATH: path, HARVESTER_DATA: folder });

  async function scan(path: string, ...args: string[]): Promise<Report> {
    const { code, stdout, stderr } = await harvester(path, '--json', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return report.parse(JSON.parse(stdout));
  }

  const portsOf = ({ hosts }: Report) =>
    Object.fromEntries(hosts.map(host => [host.address, Object.fromEntries(host.ports.map(({ port, state }) => [port, state]))]));

  it('finds the same with nmap and with the built-in scan: open, closed and filtered', async () => {
    const withNmap = await scan(process.env.PATH ?? '');
    const without = await scan('/nowhere');
    expect([withNmap.scanner, without.scanner]).toEqual(['nmap', 'tcp']);
    const truth = {
      [server]: { 22: 'open', 80: 'closed', 8080: 'open', 9100: 'closed' },
      [printer]: { 22: 'open', 80: 'closed', 8080: 'closed', 9100: 'filtered' },
    };
    expect(portsOf(withNmap)).toEqual(truth);
    expect(portsOf(without)).toEqual(truth);

    const seen = withNmap.hosts.find(({ address }) => address === server)!;
    expect(seen).toMatchObject({ status: 'up', mac: 'b8:27:eb:00:00:01', vendor: expect.stringContaining('Raspberry') });
    expect(seen.ports.find(({ port }) => port === 22)).toMatchObject({ service: 'ssh', product: 'OpenSSH' });
    expect(seen.rttMs).toBeGreaterThan(0);
    // The kernel knows the hardware address of whoever it has spoken with.
    expect(without.hosts.find(({ address }) => address === server)).toMatchObject({ mac: seen.mac, vendor: seen.vendor });
    expect(without.missing.map(({ fact }) => fact)).toEqual(expect.arrayContaining(['services', 'os']));
  });

  it('sends nothing to a host that is not authorised, whatever is asked', async () => {
    expect(network.packetsTo('server')).toBeGreaterThan(0);
    for (const path of [process.env.PATH ?? '', '/nowhere']) {
      const found = await scan(path, '--targets', '10.78.0.0/24');
      expect(found.targets.sort()).toEqual([`${server}/32`, `${printer}/32`, '10.78.0.9/32'].sort());
      expect(await harvester(path, '--targets', `${network.address('stranger')}/32`)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('does not allow this'),
      });
    }
    expect(network.packetsTo('stranger')).toBe(0);
  });
});
