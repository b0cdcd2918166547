import type { Report } from '@aerie/contract';
import { expect, it } from 'vitest';
import { host } from '../../test/sites-room.ts';
import { differencesOf } from './report-differences.ts';

const macs = ['00:11:22:33:44:01', '00:11:22:33:44:02'] as const;
const report = (hosts: Report['hosts'], fields: Partial<Report> = {}) => ({ kind: 'full', ports: '1-1024', hosts, ...fields }) as Report;
const told = (from: Report, to: Report) =>
  differencesOf(from, to).map(({ address, kind, port, before, after }) =>
    [address, kind, port, before, after].filter(part => part !== null).join(' '),
  );
const port = (fields: Partial<Report['hosts'][number]['ports'][number]>) =>
  ({ port: 443, protocol: 'tcp', state: 'open', service: 'https', product: null, version: null, ...fields }) as const;

it('tells what came, went and changed, by address', () => {
  const from = report([
    {
      ...host('10.0.0.9', { hostname: 'nas', os: { name: 'Linux 5', accuracy: 90 } }),
      ports: [port({ product: 'nginx', version: '1.20' })],
    },
    host('10.0.0.10', {}, 22),
    host('10.0.0.2'),
  ]);
  const tls = { subject: 'nas', issuer: 'x', notAfter: 0 };
  const to = report([
    host('10.0.0.10', {}, 23),
    {
      ...host('10.0.0.9', { hostname: 'nas-2', os: { name: 'Linux 6', accuracy: 90 } }),
      ports: [port({ product: 'nginx', version: '1.22', tls })],
    },
    host('10.0.0.3', {}, 80),
    host('10.0.0.2', { status: 'down' }),
  ]);
  expect(told(from, to)).toEqual([
    '10.0.0.2 host_gone',
    '10.0.0.3 host_appeared',
    '10.0.0.9 hostname nas nas-2',
    '10.0.0.9 os Linux 5 Linux 6',
    '10.0.0.9 service 443 nginx 1.20 nginx 1.22',
    '10.0.0.10 port_closed 22',
    '10.0.0.10 port_opened 23',
  ]);
  expect(told(to, to)).toEqual([]);
});

it('tells a host again by its hardware address, also when two change places', () => {
  const from = report([host('10.0.0.1', { mac: macs[0] }, 22), host('10.0.0.2', { mac: macs[1] }, 80)]);
  const to = report([host('10.0.0.2', { mac: macs[0] }, 22), host('10.0.0.1', { mac: macs[1] }, 80)]);
  expect(told(from, to)).toEqual(['10.0.0.1 address 10.0.0.2 10.0.0.1', '10.0.0.2 address 10.0.0.1 10.0.0.2']);
  expect(told(report([host('10.0.0.1', { mac: macs[0] })]), report([host('10.0.0.1', { mac: macs[1] })]))).toEqual([
    '10.0.0.1 host_appeared',
    '10.0.0.1 host_gone',
  ]);
});

it('is told of two large reports that have nothing in common before others have waited long', () => {
  const large = (odd: number) =>
    report(
      Array.from({ length: 16 }, (_, n) => host(`10.0.0.${n}`, {}, ...Array.from({ length: 4_096 }, (_, i) => 2 * i + odd + 1))),
      { ports: '1-65535' },
    );
  const [from, to] = [large(0), large(1)];
  const began = process.cpuUsage().user;
  expect(differencesOf(from, to).length).toBe(10_000);
  // With a collator for each two it was four seconds.
  expect(process.cpuUsage().user - began).toBeLessThan(1_500_000);
});

it('makes no difference of what one of them did not look at', () => {
  const full = report([host('10.0.0.1', { hostname: 'nas' }, 22, 8_080)], { ports: '22,8080' });
  expect(told(full, report([host('10.0.0.1')], { kind: 'sweep', ports: '' }))).toEqual([]);
  expect(told(full, report([host('10.0.0.1', {}, 25)], { ports: '25,22' }))).toEqual(['10.0.0.1 port_closed 22']);
});
