import { firstIncidentRules, type Site } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { hearingOf, judge, type SiteFacts, slowSinceOf, worstFirst } from './states.ts';

const now = 1_000_000;

describe('a probe', () => {
  const probe = { heardAt: now - 1_000, lastContactAt: now - 1_000, startedAt: 0, heartbeatMs: 15_000, now };
  it('is silent after two and a half of its own heartbeats', () => {
    expect(hearingOf({ ...probe, heardAt: now - 37_500 })).toBe('heard');
    expect(hearingOf({ ...probe, heardAt: now - 37_501 })).toBe('silent');
    expect(hearingOf({ ...probe, heardAt: now - 37_501, heartbeatMs: 600_000 })).toBe('heard');
  });
  it('is not silent before Nester has listened for that long', () => {
    expect(hearingOf({ ...probe, heardAt: undefined, lastContactAt: 5, startedAt: now - 37_500 })).toBe('unsure');
    expect(hearingOf({ ...probe, heardAt: undefined, lastContactAt: 5, startedAt: now - 37_501 })).toBe('silent');
  });
  it('that never came is not silent', () => {
    expect(hearingOf({ ...probe, heardAt: undefined, lastContactAt: null })).toBe('never');
  });
});

describe('a site', () => {
  const facts: SiteFacts = {
    hearings: ['heard'],
    presentSince: 0,
    lastReportAt: now,
    lastFileAt: null,
    scanEveryMs: 60_000,
    wanLoss: null,
    slowSince: null,
    rules: firstIncidentRules,
    now,
  };
  const day = 86_400_000;
  it.each<[string, Partial<SiteFacts>, string]>([
    ['without a probe', { hearings: [] }, 'unknown no_probe'],
    ['whose probe never came', { hearings: ['never'] }, 'unknown probe_never'],
    ['whose probe is silent', { hearings: ['silent'], wanLoss: 1 }, 'unknown probe_silent'],
    ['with one silent probe of two', { hearings: ['silent', 'heard'] }, 'up reporting'],
    ['that reports', {}, 'up reporting'],
    ['with little loss', { wanLoss: 0.19 }, 'up reporting'],
    ['with loss', { wanLoss: 0.2 }, 'degraded wan_loss'],
    ['without the Internet', { wanLoss: 1 }, 'degraded wan_loss'],
    ['whose link has just become slow', { slowSince: now - 299_999 }, 'up reporting'],
    ['whose link is slow', { slowSince: now - 300_000 }, 'degraded wan_latency'],
    ['that is fed by files', { hearings: [], lastFileAt: now }, 'up files_only'],
    ['that is fed by files, the last of yesterday', { hearings: [], lastReportAt: 0, lastFileAt: 0, now: day }, 'up files_only'],
    ['whose last file is old', { hearings: [], lastReportAt: 0, lastFileAt: 0, now: 2 * day }, 'stale files_only'],
    ['whose probe was revoked after a file', { hearings: [], lastFileAt: now - 1 }, 'unknown no_probe'],
    ['with a probe, and files', { lastFileAt: now }, 'up reporting'],
    ['whose last report is old', { lastReportAt: now - 180_001 }, 'stale report_late'],
    ['whose last report is just not old', { lastReportAt: now - 180_000 }, 'up reporting'],
    ['whose probe has just come back', { lastReportAt: 0, presentSince: now - 5 }, 'up reporting'],
    ['whose probe never reports', { lastReportAt: null, presentSince: now - 180_001 }, 'stale report_late'],
  ])('%s', (_, changed, expected) => {
    const verdict = judge({ ...facts, ...changed });
    expect(`${verdict?.state} ${verdict?.why}`).toBe(expected);
  });
  it('stays as it is while it is too early to say', () => {
    expect(judge({ ...facts, hearings: ['unsure', 'silent'] })).toBeUndefined();
  });
});

describe('a link', () => {
  it('is slow from above one threshold to at most the other, and stays what it was while it is not measured', () => {
    let since: number | null = null;
    const told = [100, 251, 200, null, 300, 151, 150, null, 250].map((medianMs, at) => {
      since = slowSinceOf(since, medianMs, at, firstIncidentRules);
      return since;
    });
    expect(told).toEqual([null, 1, 1, 1, 1, 1, null, null, null]);
  });
});

describe('a list of sites', () => {
  it('has the worst first, then by open incidents, then by name', () => {
    const site = (name: string, state: string, openIncidents = 0) => ({ name, code: name, state, openIncidents }) as Site;
    const sites = [site('b', 'up'), site('a', 'up'), site('c', 'up', 1), site('d', 'stale'), site('e', 'down'), site('f', 'unknown')];
    sites.push(site('g', 'degraded'));
    expect(
      sites
        .sort(worstFirst)
        .map(({ name }) => name)
        .join(''),
    ).toBe('egfdcab');
  });
});
