import type { Report } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { host, openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';

const hour = 3_600_000;
const tls = (notAfter: number) => ({ subject: 'CN=files', issuer: 'CN=ca', notAfter });
const web = { port: 443, protocol: 'tcp' as const, state: 'open' as const, service: 'https', product: 'nginx', version: '1' };

onEachDatabase('what came long after it was made', newDatabase => {
  let room: SitesRoom;
  let probe: TestProbe;

  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    probe = await room.probe(await room.site());
  });
  afterEach(() => room.close());

  const macs = { files: '00:11:32:00:00:01', printer: '00:11:32:00:00:02', moved: '00:11:32:00:00:03' };
  const usual = (): Report['hosts'] => [
    host('10.0.0.1', { mac: macs.files, ports: [web, { ...web, port: 22, service: 'ssh', product: 'OpenSSH', version: '9' }] }),
    host('10.0.0.2', { mac: macs.printer }, 9100),
    host('10.0.0.3', { mac: macs.moved }, 80),
  ];
  /** Everything that a rule watches for, at once. */
  const bad = (): Report['hosts'] => [
    host('10.0.0.1', {
      mac: macs.files,
      ports: [
        { ...web, product: 'Caddy', version: '2', tls: tls(room.now + hour) },
        { ...web, port: 81, service: 'http' },
      ],
    }),
    host('10.0.0.33', { mac: macs.moved }, 80),
    host('10.0.0.99', { mac: '00:11:32:00:00:99' }, 23),
  ];
  const wan: Report['wan'] = [{ target: '192.0.2.1', sent: 10, received: 1, minMs: 900, medianMs: 900, maxMs: 900 }];
  const seenRules = () => [...new Set(room.observations.filter(({ isBad }) => isBad).map(({ rule }) => rule))].sort();

  it('is no observation of any rule; the same now is one of each', async () => {
    await probe.connect();
    await probe.beat();
    await probe.send(probe.report({ hosts: usual() }));
    room.now += 10 * hour;
    await probe.beat();
    await probe.send(probe.report({ hosts: usual() }));
    room.observations.length = 0;
    room.fresh.length = 0;
    const late = { startedAt: room.now - 5 * hour - 1_000, finishedAt: room.now - 5 * hour };
    expect(await probe.send(probe.report({ hosts: bad(), wan, ...late }))).toMatchObject({ accepted: true });
    expect([seenRules(), room.fresh]).toEqual([[], []]);

    // Only a little late, but older than the newest of its probe: its link is not of now either.
    room.now += 1_000;
    await probe.send(probe.report({ hosts: usual(), wan, startedAt: room.now - 3_000, finishedAt: room.now - 2_000 }));
    expect(room.fresh).toEqual([]);

    room.now += 60_000;
    await probe.send(probe.report({ hosts: bad(), wan }));
    expect(seenRules()).toEqual([
      'certificate.expiring',
      'device.address',
      'device.gone',
      'device.new',
      'port.closed',
      'port.opened',
      'service.changed',
    ]);
    expect(room.fresh).toMatchObject([{ kind: 'full', machine: 'box', wan: { medianMs: 900, loss: 0.9 } }]);
  });
});
