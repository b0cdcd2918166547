import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Aerie, aerie } from '../../bench/chat/aerie.ts';
import type { SeededChannel } from '../../bench/chat/aerie-seed.ts';
import type { Running } from '../../bench/chat/contender.ts';
import { demandsText } from '../../bench/chat/demands.ts';
import { measureFire } from '../../bench/chat/fire.ts';
import { measureHistory } from '../../bench/chat/history.ts';
import { measureIdle } from '../../bench/chat/idle.ts';
import { measureLogIns } from '../../bench/chat/log-ins.ts';
import type { Setting } from '../../bench/chat/setting.ts';
import { startCrowd } from '../../bench/kit/crowd.ts';
import { needs } from '../kit/needs.ts';
import { within } from '../kit/wait.ts';

const count = 8;

needs('gcc')('a crowd', () => {
  let ours: Aerie;
  let seeded: SeededChannel;
  let running: Running;
  beforeAll(async () => {
    ours = aerie();
    seeded = await ours.seed(count);
    running = await ours.start(count, { core: undefined });
  });
  afterAll(async () => {
    await running.stop();
    ours.remove();
  });

  it.for(['tokens', 'websocket', 'passwords', 'deaf'] as const)('of %s logs in, stays and goes', async kind => {
    const { tcpPort, httpPort } = running.server;
    const logins = kind === 'passwords' ? seeded.passwordFile : seeded.tokenFile;
    const crowd = await startCrowd({ kind, port: kind === 'websocket' ? httpPort! : tcpPort, count, logins });
    const arrival = await within(30_000, 'the crowd', crowd.arrival);
    expect(arrival.count).toBe(count);
    expect(arrival.thereS).toBeGreaterThanOrEqual(arrival.loggedInS);
    expect(arrival.logInP50Ms).toBeGreaterThan(0);
    expect(await crowd.leave()).toBe(count);
  });

  it('of slow-loris connections only stands there', async () => {
    const crowd = await startCrowd({ kind: 'loris', port: running.server.tcpPort, count });
    await within(30_000, 'the crowd', crowd.arrival);
    expect(await crowd.leave()).toBe(count);
  });

  it('that is refused says why', async () => {
    const crowd = await startCrowd({
      kind: 'tokens',
      port: running.server.tcpPort,
      count,
      logins: seeded.passwordFile,
      patienceSeconds: 20,
    });
    await expect(crowd.arrival).rejects.toThrow(/the server refused: .*error/);
  });
});

needs('gcc')('the chat benchmark in small', () => {
  let ours: Aerie;
  let setting: Setting;
  beforeAll(() => {
    ours = aerie();
    const cores = { server: undefined, load: undefined };
    setting = { ours, peers: [], cores, runs: 1, warmSeconds: 0, seconds: 0.3, isQuick: true, note: () => undefined };
  });
  afterAll(() => ours.remove());

  it('weighs idle connections at both doors', async () => {
    const { rows } = await measureIdle(setting);
    expect(rows.map(row => row.case)).toEqual(['tcp', 'websocket']);
    for (const row of rows) {
      expect(row).toMatchObject({ n: 200, seconds: expect.any(Number) });
      expect(row.emptyRssMb).toBeGreaterThan(10);
      // The garbage of coming in may weigh more or less than the connections, at so few of them.
      expect(Math.abs(row.kbEach - ((row.rssMb - row.emptyRssMb) * 1_024) / row.n)).toBeLessThan(1);
    }
  });

  it('times log-ins and their snapshots', async () => {
    const { rows } = await measureLogIns(setting);
    expect(rows[0]!.loggedInS).toBeGreaterThan(0);
    expect(rows[0]!.snapshotS).toBeGreaterThanOrEqual(rows[0]!.loggedInS);
  });

  it('looks into a long history; what was missed comes whole', async () => {
    const { rows } = await measureHistory(setting);
    expect(rows.map(row => row.case)).toContain('last 100');
    for (const { p50Ms, p99Ms, bytes } of rows) {
      expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
      expect(bytes).toBeGreaterThan(1_000);
    }
  });

  it('compares members under fire with the calm', async () => {
    const { rows } = await measureFire(setting, ['calm', 'clients that never read', 'log-ins by password']);
    const [calm, deaf, storm] = rows;
    expect(calm!.p99OverCalm).toBeUndefined();
    expect(deaf!.p99OverCalm).toBeCloseTo(deaf!.p99Ms / calm!.p99Ms, 1);
    expect(deaf).toMatchObject({ crowd: 5, kept: 5 });
    expect(storm).toMatchObject({ crowd: 10, kept: 10 });
    expect(storm!.loggedInS).toBeGreaterThan(0);
  });
});

describe('what was demanded', () => {
  it('is told of the figures that are there', () => {
    const row = { name: 'chat' as const, n: 100, runs: 5, cpuOthers: 0 };
    const text = demandsText([
      { ...row, point: 'n1000-w8', server: 'aerie', deliveriesPerS: 5_000_000, p99Ms: 30 } as never,
      { ...row, point: 'n1000-w8', server: 'inspircd', ratio: 3.5 } as never,
    ]);
    expect(text).toMatch(/deliveries\/s +5,000,000 +≥ 4,500,000 +≥ 6,000,000 +yes$/m);
    expect(text).toMatch(/p99 ms +30 +≤ 25 +≤ 20 +NO$/m);
    expect(text).toMatch(/times InspIRCd +3\.5 .* yes, and the goal$/m);
    expect(text.split('\n')).toHaveLength(4);
    expect(demandsText([])).toBe('');
  });
});
