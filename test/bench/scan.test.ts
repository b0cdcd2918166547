import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../bench/kit/arguments.ts';
import { demandsText } from '../../bench/scan/demands.ts';
import { countsOf, differences, type Facts, factsOfNmap, factsOfReport, wrongPorts } from '../../bench/scan/facts.ts';
import { probeFolder, scanOnce } from '../../bench/scan/harvester.ts';
import { http, ssh } from '../../bench/scan/lab/greetings.ts';
import { Lan } from '../../bench/scan/lab/lan.ts';
import { openPorts, siteHosts } from '../../bench/scan/lab/site.ts';
import { scanTheOldWay } from '../../bench/scan/old-way.ts';
import { readOptions } from '../../bench/scan/options.ts';
import { needs } from '../kit/needs.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';

const xml = `<nmaprun>
<host starttime="1"><status state="up" reason="arp-response"/><address addr="10.0.0.1" addrtype="ipv4"/><address addr="AA:BB:CC:DD:EE:FF" addrtype="mac"/>
<ports><port protocol="tcp" portid="22"><state state="open"/><service name="ssh" product="OpenSSH" version="9.2p1 Debian 2+deb12u3"/></port>
<port protocol="tcp" portid="80"><state state="open"/><service name="http" product="A &amp; B&#45;C"/></port>
<port protocol="tcp" portid="81"><state state="closed"/></port></ports>
<os><osmatch name="Linux 5.0 - 5.14" accuracy="100"/><osmatch name="Linux 2.6" accuracy="90"/></os></host>
<host><status state="down"/><address addr="10.0.0.2" addrtype="ipv4"/></host>
</nmaprun>`;

const factsOf = (services: Record<number, [product: string, version: string]>, os?: string): Facts =>
  new Map([
    [
      '10.0.0.1',
      { os, ports: new Map(Object.entries(services).map(([port, [product, version]]) => [Number(port), { product, version }])) },
    ],
  ]);
const both = { 22: ['OpenSSH', '9.2p1 Debian 2+deb12u3'], 80: ['A & B-C', ''] } as Record<number, [string, string]>;

describe('the facts of a scan', () => {
  it('are read from nmap’s XML', () => {
    expect(factsOfNmap(xml)).toEqual(factsOf(both, 'Linux 5.0 - 5.14'));
    expect(countsOf(factsOfNmap(xml))).toEqual({ openPorts: 2, products: 2, versions: 1, systems: 1 });
  });

  it('differ where one knows what the other does not', () => {
    const theirs = factsOf(both, 'Linux 5.0');
    expect(differences(factsOf(both, 'Linux 4.15'), theirs)).toEqual([]);
    expect(differences(factsOf({ 22: both[22]! }, 'Linux'), theirs)).toEqual(['10.0.0.1: port 80 is open for theirs only']);
    expect(differences(factsOf({ ...both, 23: ['', ''] }, 'Linux'), theirs)).toEqual(['10.0.0.1: port 23 is open for ours only']);
    expect(differences(factsOf({ ...both, 22: ['OpenSSH', ''] }), theirs)).toEqual([
      '10.0.0.1:22: version "", theirs "9.2p1 Debian 2+deb12u3"',
      '10.0.0.1: no system, theirs "Linux 5.0"',
    ]);
    expect(differences(new Map(), theirs)).toHaveLength(3);
  });

  it('are wrong where a port is missed or made up', () => {
    const truth = new Set(['10.0.0.1 22', '10.0.0.1 443']);
    expect(wrongPorts(factsOf(both), truth)).toBe(2);
    expect(wrongPorts(factsOf({ 22: both[22]!, 443: both[80]! }), truth)).toBe(0);
  });
});

it('knows which ports of its site answer', () => {
  const open = openPorts(siteHosts, String);
  expect([...open].filter(port => /^12 /.test(port))).toEqual(['12 22']);
  expect([...open].filter(port => /^13 /.test(port))).toEqual(['13 22', '13 80']);
  expect(openPorts(siteHosts, String, port => port <= 1_024).size).toBeLessThan(open.size);
});

it('says of a figure whether it keeps what was demanded', () => {
  const row = { name: 'scan', point: 'sweep', server: 'aerie', n: 200, runs: 5 } as const;
  const verdict = (seconds: number) =>
    demandsText([{ ...row, seconds }])
      .split('\n')
      .at(-1);
  expect(verdict(1.9)).toMatch(/yes, and the goal$/);
  expect(verdict(4.9)).toMatch(/ yes$/);
  expect(verdict(5.1)).toMatch(/ NO$/);
  expect(demandsText([])).toBe('');
});

it('takes only options that it knows', () => {
  expect(readOptions(['--quick', '--only', 'idle', '--only', 'site'])).toMatchObject({ only: ['site', 'idle'], runs: 1, oldHosts: 2 });
  for (const args of [['--only', 'weather'], ['--runs', '0'], ['--old-hosts', '21'], ['--fast']])
    expect(() => readOptions(args)).toThrow(UsageError);
});

needs(
  'netns',
  'mount',
  'python3',
  'nmap',
)('the lab', () => {
  let folder: string;
  let lan: Lan | undefined;
  beforeEach(() => {
    folder = scratchFolder('lab');
  });
  afterEach(() => {
    lan?.down();
    removeFolder(folder);
  });

  const hosts = [
    { number: 1, services: [ssh(), http(80, 'nginx/1.22.1', 'Intranet')], filtered: '80-90' },
    { number: 2, services: [ssh()], name: 'far.example', line: { delayMs: 30, jitterMs: 0, lossPercent: 0 } },
  ];
  const core = undefined;

  it('has hosts with names, firewalls and slow lines, and is the same for the old way and for ours', async () => {
    lan = await Lan.open({ folder, hosts });
    const ranges = [1, 2].map(number => lan!.address(number));
    const { report } = await scanOnce(lan, probeFolder(join(folder, 'probe'), { ranges, ports: '22,80' }), { core });
    const [near, far] = report.hosts;
    expect(near!.ports.map(({ port, state }) => `${port} ${state}`)).toEqual(['22 open', '80 filtered']);
    expect(far).toMatchObject({ hostname: 'far.example', status: 'up' });
    // There and back.
    expect(far!.rttMs).toBeGreaterThan(60);
    expect(near!.rttMs).toBeLessThan(30);
    expect(
      wrongPorts(
        factsOfReport(report),
        openPorts(hosts, number => lan!.address(number)),
      ),
    ).toBe(0);
    const old = await scanTheOldWay(lan, { ports: '22,80', core, withoutNames: false, mostHosts: 1 });
    expect(old).toMatchObject({ hostsFound: 2, hostsScanned: 1 });
    expect([...old.facts.values()].map(({ ports }) => [...ports.values()].map(({ product }) => product))).toEqual([['OpenSSH']]);
  });

  it('loses what it is told to lose', async () => {
    lan = await Lan.open({ folder, hosts, line: { delayMs: 0, jitterMs: 0, lossPercent: 100 } });
    const data = probeFolder(join(folder, 'probe'), { ranges: [lan.address(1)] });
    const { report } = await scanOnce(lan, data, { core, args: ['--sweep'] });
    expect(report.hosts).toEqual([]);
  });

  it('has a crowd that answers, each with an address of its own', async () => {
    lan = await Lan.open({ folder, hosts: [], crowd: 12 });
    const data = probeFolder(join(folder, 'probe'), { ranges: [lan.cidr], exclude: [lan.ownAddress] });
    const { report } = await scanOnce(lan, data, { core, args: ['--sweep'] });
    expect(report.hosts.map(({ status }) => status)).toEqual(Array(12).fill('up'));
    expect(new Set(report.hosts.map(({ mac }) => mac)).size).toBe(12);
  });
});
