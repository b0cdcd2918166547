import { describe, expect, test } from 'vitest';
import { hostOf, portOf, reportOf } from '../../test/reports.ts';
import { DeviceBook } from './device-book.ts';

const hour = 3_600_000;
const noon = Date.UTC(2026, 10, 22, 12);
const at = (hours: number, ...hosts: ReturnType<typeof hostOf>[]) => reportOf({ finishedAt: noon + hours * hour, hosts });

function bookOf(...reports: ReturnType<typeof reportOf>[]): DeviceBook {
  const book = new DeviceBook();
  for (const report of reports) book.add(report);
  return book;
}

describe('the devices that reports tell of', () => {
  test('have the times when they were first and last seen, whatever the order of the reports', () => {
    const reports = [at(0, hostOf('10.0.0.1')), at(1, hostOf('10.0.0.1'), hostOf('10.0.0.9')), at(2, hostOf('10.0.0.1'))];
    for (const book of [bookOf(...reports), bookOf(...reports.toReversed())]) {
      expect(book.count).toEqual({ up: 1, known: 2 });
      expect(book.list()).toMatchObject([
        { address: '10.0.0.1', status: 'up', firstSeenAt: noon, lastSeenAt: noon + 2 * hour },
        { address: '10.0.0.9', status: 'unknown', firstSeenAt: noon + hour, lastSeenAt: noon + hour },
      ]);
    }
  });

  test('are known by their MAC, where they go and once it is known', () => {
    const mac = '00:11:22:33:44:55';
    const book = bookOf(at(0, hostOf('10.0.0.1')), at(1, hostOf('10.0.0.1', { mac })), at(2, hostOf('10.0.0.8', { mac })));
    expect(book.list()).toMatchObject([{ address: '10.0.0.8', mac, firstSeenAt: noon }]);
  });

  test('are two when another network card answers at the address', () => {
    const book = bookOf(at(0, hostOf('10.0.0.1', { mac: '00:11:22:33:44:55' })), at(1, hostOf('10.0.0.1', { mac: '00:11:22:33:44:66' })));
    expect(book.list().map(({ mac }) => mac)).toEqual(['00:11:22:33:44:66', '00:11:22:33:44:55']);
  });

  test('are known by their address when the MAC is a random one', () => {
    const phone = (mac: string) => hostOf('10.0.0.5', { mac, randomMac: true });
    expect(bookOf(at(0, phone('02:00:00:00:00:01')), at(1, phone('02:00:00:00:00:02'))).list()).toMatchObject([
      { mac: '02:00:00:00:00:02' },
    ]);
  });

  test('keep their ports through a sweep, which says nothing of ports', () => {
    const full = at(0, hostOf('10.0.0.1', { ports: [portOf(22), portOf(80, 'closed')], os: { name: 'Linux', accuracy: 90 } }));
    const sweep = { ...at(1, hostOf('10.0.0.1')), kind: 'sweep' as const, ports: '' };
    expect(bookOf(full, sweep).list()).toMatchObject([
      { os: 'Linux', lastSeenAt: noon + hour, openPorts: [{ port: 22, protocol: 'tcp' }] },
    ]);
  });
});
