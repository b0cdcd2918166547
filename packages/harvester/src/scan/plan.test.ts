import { firstPolicy } from '@aerie/contract/reports';
import { describe, expect, test } from 'vitest';
import { planScan } from './plan.ts';

const policy = { ...firstPolicy, ranges: ['10.0.0.0/29'], exclude: ['10.0.0.3'], ports: '22,80', udpPorts: '53', packetsPerSecond: 10 };
const now = Date.UTC(2026, 10, 21, 12);

describe('the plan of a scan', () => {
  test('names every address and port, the means and the time', () => {
    const plan = planScan(policy, undefined, { nmap: '/usr/bin/nmap', raw: true }, now);
    expect(plan).toMatchObject({
      addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6'],
      ports: '22,80',
      udpPorts: '53',
      packets: 5 * (15 + 3 * 3),
      seconds: 12,
      notBefore: undefined,
    });
    expect(plan.steps.join()).toMatch(/ARP.*-sS.*-sV -O.*-sU/);
  });

  test('promises no more than the means can do', () => {
    const plain = planScan(policy, ['10.0.0.1'], { nmap: '/usr/bin/nmap', raw: false }, now);
    expect(plain).toMatchObject({ addresses: ['10.0.0.1'], udpPorts: '' });
    expect(plain.steps.join()).not.toMatch(/-sS|-O|-sU|ARP/);
    expect(planScan(policy, undefined, { nmap: undefined, raw: true }, now).steps.join()).toContain('nmap is not installed');
  });

  test('says when it may begin', () => {
    const night = { ...policy, windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '23:00' }] };
    expect(planScan(night, undefined, { nmap: undefined, raw: true }, now).notBefore).toBe(now + 10 * 3_600_000);
    expect(planScan({ ...night, zone: 'Mars/Base' }, undefined, { nmap: undefined, raw: true }, now).notBefore).toBeNull();
  });
});
