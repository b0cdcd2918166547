import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPolicy, type Policy, report as schema } from '@aerie/contract/reports';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { QuietSources } from '../test/probe.ts';
import { ownNetworks, thisMachine } from './discover/machine.ts';
import { DeviceMemory } from './discover/memory.ts';
import { listedNames, namesOf, reverseName } from './discover/names.ts';
import { makeReport, type ReportRequest } from './report.ts';
import { bareHost, barePort, type ScanRequest } from './scan/findings.ts';

const signal = new AbortController().signal;
const policy: Policy = { ...firstPolicy, ranges: ['10.9.0.0/29'], ports: '80,22' };
const request = { probeId: 'p', version: '1', policy, signal };

describe('a report', () => {
  test('is of what is asked and authorised, and fits the contract', async () => {
    const sources = new QuietSources();
    const report = await makeReport({ ...request, targets: ['10.9.0.4/30', '10.10.0.0/16'] }, sources);
    expect(schema.safeParse(report).success).toBe(true);
    expect(sources.asked[0]).toMatchObject({ addresses: ['10.9.0.5', '10.9.0.6'], ports: [22, 80] });
    expect(report).toMatchObject({ targets: ['10.9.0.4/30'], ports: '22,80', missing: [] });
  });

  test('asks for the names of hosts that answered, and never of loopback', async () => {
    const asked: (readonly string[])[] = [];
    const sources = Object.assign(new QuietSources(), {
      names: async (addresses: readonly string[]) => {
        asked.push(addresses);
        return { names: new Map([['10.9.0.1', 'router.example']]) };
      },
    });
    const report = await makeReport({ ...request, targets: ['10.9.0.0/30'] }, sources);
    expect(report.hosts.map(({ hostname }) => hostname)).toEqual(['router.example', null]);
    await makeReport({ ...request, policy: firstPolicy }, sources);
    expect(asked).toEqual([['10.9.0.1', '10.9.0.2']]);
  });

  test('stays small where hosts and ports are many, and says what it left out', async () => {
    const ports = Array.from({ length: 4_000 }, (_, i) => barePort(i + 1, i === 7 ? 'open' : 'filtered'));
    const sources = Object.assign(new QuietSources(), {
      scan: async () => ({
        scanner: 'nmap' as const,
        hosts: ['10.9.0.1', '10.9.0.2', '10.9.0.3', '10.9.0.4', '10.9.0.5', '10.9.0.6'].map(one => bareHost(one, 'up', ports)),
        missing: [],
      }),
    });
    const report = await makeReport({ ...request, policy: { ...policy, ports: '1-4000' } }, sources);
    for (const host of report.hosts) expect(host.ports).toEqual([barePort(8, 'open')]);
    expect(report.missing).toMatchObject([{ fact: 'filtered' }]);
    expect(report.ports).toBe('1-4000');
  });

  test('says when the ranges hold more than one scan looks at', async () => {
    const wide = { ...policy, ranges: ['10.0.0.0/16'], maxHosts: 10 };
    const report = await makeReport({ ...request, policy: wide }, new QuietSources());
    expect(report.hosts).toHaveLength(10);
    expect(report.targets).toEqual(['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/30', '10.0.0.8/31', '10.0.0.10/32']);
    expect(report.missing[0]).toMatchObject({ fact: 'hosts', reason: expect.stringContaining('65524 more addresses than the 10') });
  });
});

describe('a pass', () => {
  const at = Date.UTC(2026, 10, 21, 12);
  const nights = { windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }], zone: 'UTC' };

  test('that is a sweep says who is there and nothing of ports', async () => {
    const sources = new QuietSources();
    const report = await makeReport({ ...request, kind: 'sweep' }, sources);
    expect(sources.asked[0]).toMatchObject({ kind: 'sweep' });
    expect(report).toMatchObject({ kind: 'sweep', ports: '' });
    expect(report.hosts.every(({ ports }) => ports.length === 0)).toBe(true);
    expect(schema.safeParse(report).success).toBe(true);
  });

  test('outside the windows touches nothing, measures the WAN and says when the next begins', async () => {
    const sources = Object.assign(new QuietSources(), {
      now: () => at,
      wan: async () => ({ wan: [{ target: 'x', sent: 1, received: 1, minMs: 1, medianMs: 1, maxMs: 1 }], missing: [] }),
    });
    const report = await makeReport({ ...request, policy: { ...policy, ...nights } }, sources);
    expect(sources.asked).toEqual([]);
    expect(report).toMatchObject({ kind: 'sweep', targets: [], hosts: [], wan: [{ target: 'x' }] });
    expect(report.missing).toEqual([{ fact: 'hosts', reason: expect.stringContaining('the next begins at 2026-11-21T22:00:00.000Z') }]);
  });

  test('looks closely at what is new, changed or due, and carries the other facts on', async () => {
    let now = at;
    const memory = new DeviceMemory();
    const open = new Map([
      ['10.9.0.1', [22]],
      ['10.9.0.2', [80]],
    ]);
    let looked: string[] = [];
    const sources = Object.assign(new QuietSources(), {
      now: () => now,
      scan: async ({ isDue }: ScanRequest) => {
        const hosts = [...open].map(([address, ports]) =>
          bareHost(
            address,
            'up',
            ports.map(port => barePort(port, 'open')),
          ),
        );
        const deep = new Set(hosts.filter(host => isDue!(host, 2)).map(({ address }) => address));
        looked = [...deep];
        for (const host of hosts) {
          if (!deep.has(host.address)) continue;
          host.os = { name: `system at ${now - at}`, accuracy: 90 };
          for (const port of host.ports) port.product = `product at ${now - at}`;
        }
        return { scanner: 'nmap' as const, hosts, missing: [], deep, level: 2 as const };
      },
    });
    const pass = async (more: Partial<ReportRequest> = {}) => {
      const report = await makeReport({ ...request, memory, ...more }, sources);
      expect(schema.safeParse(report).success).toBe(true);
      return report.hosts.map(({ os, ports, deepAt }) => [os?.name, ports.map(({ product }) => product).join(), deepAt! - at].join(' / '));
    };
    const first = ['system at 0 / product at 0 / 0', 'system at 0 / product at 0 / 0'];
    expect([await pass(), looked]).toEqual([first, ['10.9.0.1', '10.9.0.2']]);
    now += 1;
    expect([await pass(), looked]).toEqual([first, []]);
    open.set('10.9.0.2', [80, 81]);
    now += 1;
    expect([await pass(), looked]).toEqual([[first[0], 'system at 2 / product at 2,product at 2 / 2'], ['10.9.0.2']]);
    open.set('10.9.0.2', [81]);
    expect([(await pass())[1], looked]).toEqual(['system at 2 / product at 2 / 2', []]);
    now = at + policy.deepEveryMs;
    await pass();
    expect(looked).toEqual(['10.9.0.1']);
    await pass({ policy: { ...policy, deepEveryMs: 0 } });
    expect(looked).toEqual(['10.9.0.1', '10.9.0.2']);
  });

  test('of a host that could not be looked at closely tries again the next time', async () => {
    const memory = new DeviceMemory();
    const host = bareHost('10.9.0.1', 'up', [barePort(22, 'open')]);
    expect(memory.isDue(host, 2, 1_000, at)).toBe(true);
    memory.learn(memory.recall(host, undefined, at), undefined, at);
    expect(memory.isDue(host, 2, 1_000, at)).toBe(true);
    memory.learn(memory.recall(host, 1, at), 1, at);
    expect([memory.isDue(host, 1, 1_000, at), memory.isDue(host, 2, 1_000, at)]).toEqual([false, true]);
    const more = bareHost('10.9.0.1', 'up', [barePort(22, 'open'), barePort(23, 'open')]);
    memory.learn(memory.recall(more, undefined, at), undefined, at);
    expect(memory.isDue(more, 1, 1_000, at)).toBe(true);
    // Another machine at the same address, and a clock that was set back.
    memory.learn({ ...host, mac: '00:00:5e:00:00:01' }, 2, at);
    expect(memory.isDue({ ...host, mac: '00:00:5e:00:00:02' }, 2, 1_000, at)).toBe(true);
    expect(memory.isDue(host, 2, 1_000, at - 5)).toBe(true);
  });

  test('is remembered by the next process, and a damaged memory is none', () => {
    const folder = scratchFolder('memory');
    const memory = new DeviceMemory(folder);
    const host = { ...bareHost('10.9.0.1', 'up', [barePort(22, 'open')]), mac: '00:00:5e:00:00:01' };
    memory.learn(memory.recall(host, 2, at), 2, at);
    memory.save(at);
    expect(new DeviceMemory(folder).all()).toEqual(memory.all());
    // It got another address: it is looked at again, and is known since then.
    const next = new DeviceMemory(folder);
    next.learn({ ...host, address: '10.9.0.2' }, 2, at + 9);
    expect(next.all().find(({ address }) => address === '10.9.0.2')).toMatchObject({ firstSeenAt: at, lastSeenAt: at + 9 });
    for (const text of ['', '{"v":1,"devices":[{"address":"../../x"}]}', '[]']) {
      writeFileSync(join(folder, 'devices.json'), text);
      expect(new DeviceMemory(folder).all()).toEqual([]);
    }
  });
});

describe('names', () => {
  const none = new Map<string, string>();

  test('are cleaned, and none is no failure', async () => {
    const ask = async (address: string) => {
      if (address === '10.0.0.2') throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
      return address === '10.0.0.3' ? [] : ['printer\u0000\u202e.example', 'second'];
    };
    const { names, missing } = await namesOf(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'], ask, new Map([['10.0.0.4', 'listed']]));
    expect([...names].sort()).toEqual([
      ['10.0.0.1', 'printer.example'],
      ['10.0.0.4', 'listed'],
    ]);
    expect(missing).toBeUndefined();
  });

  test('of a resolver that is silent cost two seconds in all, and that is said', async () => {
    let asked = 0;
    const addresses = Array.from({ length: 1_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const begun = performance.now();
    const { missing } = await namesOf(
      addresses,
      () => {
        asked += 1;
        return new Promise(() => {});
      },
      none,
    );
    expect(performance.now() - begun).toBeLessThan(3_500);
    expect(asked).toBeLessThan(40);
    expect(missing).toEqual({ fact: 'hostname', reason: 'no name server answers' });
  });

  test('of some addresses are kept when the resolver falls silent', async () => {
    const ask = (address: string) => (address === '10.0.0.1' ? Promise.resolve(['one.example']) : new Promise<string[]>(() => {}));
    const { names, missing } = await namesOf(['10.0.0.1', '10.0.0.2'], ask, none);
    expect([...names.values()]).toEqual(['one.example']);
    expect(missing!.reason).toContain('1 of 2');
  });

  test('may stand in this machine’s own list', () => {
    const file = join(scratchFolder('names'), 'hosts');
    writeFileSync(file, '# comment\n127.0.0.1 localhost\n10.0.0.1\tnas.site.example nas # the store\nnonsense x\n10.0.0.1 second\n');
    expect([...listedNames(file)]).toEqual([
      ['127.0.0.1', 'localhost'],
      ['10.0.0.1', 'nas.site.example'],
    ]);
    expect(listedNames('/nowhere').size).toBe(0);
  });

  test('are asked for by the reversed address', () => {
    expect(reverseName('10.0.0.7')).toBe('7.0.0.10.in-addr.arpa');
    expect(reverseName('fd00::1')).toBe(`1.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`);
  });
});

describe('this machine', () => {
  const of = (address: string, cidr: string, internal = false) => ({
    address,
    cidr,
    internal,
    netmask: '',
    mac: '',
    ...(address.includes(':') ? { family: 'IPv6' as const, scopeid: 0 } : { family: 'IPv4' as const }),
  });
  const interfaces = {
    lo: [of('127.0.0.1', '127.0.0.1/8', true)],
    eth0: [of('fd00::7', 'fd00::7/64'), of('192.0.2.7', '192.0.2.7/24'), of('fe80::1', 'fe80::1/64'), of('169.254.1.1', '169.254.1.1/16')],
    eth1: [of('192.0.2.8', '192.0.2.8/24')],
  };

  test('offers its networks, each once, and no other', () => {
    expect(ownNetworks(interfaces)).toEqual(['192.0.2.0/24', 'fd00::/64']);
    expect(thisMachine(interfaces).addresses).toEqual(['192.0.2.7', '192.0.2.8', 'fd00::7']);
  });
});
