import { firstPolicy, type Policy, report as schema } from '@aerie/contract/reports';
import { describe, expect, test } from 'vitest';
import { QuietSources } from '../test/probe.ts';
import { ownNetworks, thisMachine } from './discover/machine.ts';
import { namesOf } from './discover/names.ts';
import { makeReport } from './report.ts';
import { bareHost, barePort } from './scan/findings.ts';

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
        return new Map([['10.9.0.1', 'router.example']]);
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
    const wide = { ...policy, ranges: ['10.0.0.0/16'] };
    const report = await makeReport({ ...request, policy: wide }, new QuietSources());
    expect(report.hosts).toHaveLength(4_096);
    expect(report.missing[0]).toMatchObject({ fact: 'hosts', reason: expect.stringContaining('4096') });
  });
});

describe('names', () => {
  test('are cleaned, and none is no failure', async () => {
    const names = await namesOf(['10.0.0.1', '10.0.0.2', '10.0.0.3'], async address => {
      if (address === '10.0.0.2') throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
      return address === '10.0.0.3' ? [] : ['printer\u0000\u202e.example', 'second'];
    });
    expect([...names]).toEqual([['10.0.0.1', 'printer.example']]);
  });

  test('are not waited for where no resolver answers', async () => {
    let asked = 0;
    const addresses = Array.from({ length: 1_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    await namesOf(addresses, async () => {
      asked += 1;
      throw Object.assign(new Error('silence'), { code: 'ETIMEOUT' });
    });
    expect(asked).toBeLessThan(40);
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
