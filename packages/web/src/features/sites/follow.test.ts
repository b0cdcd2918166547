import type { EventFrame, Site } from '@aerie/contract';
import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { bring } from './follow.ts';
import { diagnosticsKey, type SiteDetail, siteKey, sitesKey } from './queries.ts';

const site = { siteId: 's', state: 'up', lastContactAt: 1 } as Site;
const probe = { probeId: 'p', connected: true, policyVersion: 2, revokedAt: null, lastContactAt: 1, spoolDepth: 0 };
const contact = { event: 'site.contacted', siteId: 's', lastContactAt: 5, connected: true, spoolDepth: 3 } as const;

function held(probes: object[] = [probe]) {
  const client = new QueryClient();
  client.setQueryData(sitesKey, { seq: 1, sites: [site] });
  client.setQueryData(siteKey('s'), { site, policy: { version: 2 }, probes });
  const detail = () => client.getQueryData<SiteDetail>(siteKey('s'))!;
  const isAskedAgain = () => client.getQueryState(siteKey('s'))!.isInvalidated;
  return { client, detail, isAskedAgain };
}

test('a contact is shown at once, on the list and on the page, without asking again', () => {
  const { client, detail, isAskedAgain } = held();
  bring(client, contact);
  expect(client.getQueryData(sitesKey)).toMatchObject({ sites: [{ lastContactAt: 5 }] });
  expect(detail().probes).toEqual([{ ...probe, lastContactAt: 5, spoolDepth: 3 }]);
  expect(isAskedAgain()).toBe(false);
});

test('what a contact does not tell is asked for: it came back, it may follow another policy, there are two', () => {
  for (const probes of [[{ ...probe, connected: false }], [{ ...probe, policyVersion: 1 }], [probe, { ...probe, probeId: 'q' }], []]) {
    const { client, isAskedAgain } = held(probes);
    bring(client, contact);
    expect(isAskedAgain()).toBe(true);
  }
});

test('a state and a report bring the page of their site up to date, and no other', () => {
  const frames: EventFrame[] = [
    { event: 'site.updated', seq: 2, site: { ...site, state: 'unknown' } },
    { event: 'report.accepted', seq: 2, siteId: 's', reportId: 'r' },
  ];
  for (const frame of frames) {
    const { client, isAskedAgain } = held();
    bring(client, frame);
    expect(isAskedAgain()).toBe(true);
  }
  const { client, isAskedAgain } = held();
  bring(client, { event: 'report.accepted', seq: 2, siteId: 'other', reportId: 'r' });
  expect(isAskedAgain()).toBe(false);
});

test('how far a scan is stands at its probe', () => {
  const { client, detail, isAskedAgain } = held([probe, { ...probe, probeId: 'q' }]);
  const scan = { phase: 'ports', done: 3, total: 20 };
  bring(client, { event: 'site.scanning', siteId: 's', probeId: 'q', scan });
  expect(detail().probes.map(one => one.scan)).toEqual([undefined, scan]);
  bring(client, { event: 'site.scanning', siteId: 's', probeId: 'q', scan: null });
  expect(detail().probes[1]!.scan).toBeNull();
  expect(isAskedAgain()).toBe(false);
});

test('a diagnostic grows line by line; its end, and one that is not known, are asked for', () => {
  const key = diagnosticsKey('s');
  const client = new QueryClient();
  const progressed = (fields: object) =>
    bring(client, {
      event: 'diagnostic.progressed',
      siteId: 's',
      diagnosticId: 'd',
      state: 'running',
      lines: [],
      summary: null,
      ...fields,
    });
  const isAskedAgain = () => client.getQueryState(key)!.isInvalidated;
  // Nobody looks: nothing is held, and nothing is begun.
  progressed({});
  expect(client.getQueryData(key)).toBeUndefined();

  client.setQueryData(key, [
    { diagnosticId: 'd', state: 'asked', lines: [], summary: null },
    { diagnosticId: 'e', lines: ['other'] },
  ]);
  progressed({ lines: ['one'] });
  progressed({ lines: ['two', 'three'] });
  expect(client.getQueryData(key)).toMatchObject([{ state: 'running', lines: ['one', 'two', 'three'] }, { lines: ['other'] }]);
  expect(isAskedAgain()).toBe(false);
  progressed({ state: 'done', summary: { say: 'scanned', with: {} } });
  expect(client.getQueryData(key)).toMatchObject([{ state: 'done', summary: { say: 'scanned' } }, {}]);
  expect(isAskedAgain()).toBe(true);

  client.setQueryData(key, []);
  expect(isAskedAgain()).toBe(false);
  progressed({ lines: ['one'] });
  expect(isAskedAgain()).toBe(true);
});
