import type { WanResult } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';
import { bestOf, samplesOf } from './series.ts';

const result = (role: WanResult['role'], target: string, received: number, medianMs: number | null): WanResult => ({
  ...{ target, role, sent: 5, received, minMs: medianMs, medianMs, maxMs: medianMs, jitterMs: null },
});

describe('the link to the Internet', () => {
  const best = (...wan: WanResult[]) => {
    const point = bestOf(samplesOf(wan, 's', 1));
    return point && [point.medianMs, point.loss];
  };

  it('is as good as what is furthest: a router that answers is not the Internet', () => {
    const router = result('gateway', '192.0.2.1', 5, 0.4);
    const provider = result('provider', '198.51.100.1', 5, 3);
    expect(best(router, provider, result('internet', 'a.example', 0, null), result('internet', 'b.example', 5, 12))).toEqual([12, 0]);
    expect(best(router, provider, result('internet', 'a.example', 0, null))).toEqual([null, 1]);
    expect(best(router, result(undefined, 'a.example', 4, 9))).toEqual([9, 0.2]);
    expect(best(router, provider)).toEqual([3, 0]);
    expect(best(router)).toEqual([0.4, 0]);
    expect(best()).toBeUndefined();
  });
});

onEachDatabase('WAN samples', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let probe: TestProbe;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
    probe = await room.probe(siteId);
  });
  afterEach(() => room.close());

  it('keep what they stand for; the page and the state follow what is furthest', async () => {
    const wan = [result('gateway', '192.0.2.1', 5, 0.4), result('internet', 'a.example', 3, 20), result(undefined, 'b.example', 1, 30)];
    const dns = [{ name: 'example.org', ms: 4, error: null }];
    const http = [{ url: 'https://example.org/', status: 200, ms: 40, error: null, notAfter: room.now }];
    await probe.connect();
    await probe.send(probe.report({ wan, dns, http }));
    const samples = await room.store.read.selectFrom('wan_sample').select(['target', 'role']).orderBy('target').execute();
    expect(samples).toEqual([
      { target: '192.0.2.1', role: 'gateway' },
      { target: 'a.example', role: 'internet' },
      { target: 'b.example', role: null },
    ]);
    await room.restart();
    const shown = await room.call('site.show', { siteId });
    expect(shown).toMatchObject({ wan: JSON.parse(JSON.stringify(wan)), dns, http, series: [{ medianMs: 20, loss: 0.4 }] });
    expect(shown.site).toMatchObject({ wanMedianMs: 20, wanLoss: 0.4, state: 'degraded', why: 'wan_loss' });
  });
});
