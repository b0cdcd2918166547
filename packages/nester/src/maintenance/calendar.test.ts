import type { Maintenance } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { Calendar } from './calendar.ts';
import type { MaintenanceRecord } from './maintenance.store.ts';
import { spansOf } from './spans.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const utc = ({ from, to }: { from: number; to: number }) => [from, to].map(time => new Date(time).toISOString().slice(0, 16));
const year = { from: at('2026-01-01T00:00'), to: at('2027-01-01T00:00') };
const days = (from: string, to: string) => ({ from: at(`${from}T00:00`), to: at(`${to}T00:00`) });

const nightly = { weekly: { days: [7], from: '22:00', to: '04:00' } };

describe('the spans of maintenance', () => {
  it('once, by the clocks of the site', () => {
    const times = { once: { from: '2026-11-29T02:30', to: '2026-11-29T04:00' } };
    expect(spansOf(times, 'Europe/Paris', year).map(utc)).toEqual([['2026-11-29T01:30', '2026-11-29T03:00']]);
    expect(spansOf(times, 'America/Chicago', year).map(utc)).toEqual([['2026-11-29T08:30', '2026-11-29T10:00']]);
    expect(spansOf(times, 'Europe/Paris', days('2026-12-01', '2026-12-02'))).toEqual([]);
  });

  it('weekly over midnight: the night in which the clocks skip an hour is shorter, the one that has it twice longer', () => {
    // Sundays: 29 March (the night after the change), 25 October.
    const saturdays = { weekly: { days: [6], from: '22:00', to: '04:00' } };
    expect(spansOf(saturdays, 'Europe/Paris', days('2026-03-28', '2026-03-30')).map(utc)).toEqual([
      ['2026-03-28T21:00', '2026-03-29T02:00'],
    ]);
    expect(spansOf(saturdays, 'Europe/Paris', days('2026-10-24', '2026-10-26')).map(utc)).toEqual([
      ['2026-10-24T20:00', '2026-10-25T03:00'],
    ]);
    expect(spansOf(saturdays, 'America/Chicago', days('2026-03-07', '2026-03-09')).map(utc)).toEqual([
      ['2026-03-08T04:00', '2026-03-08T09:00'],
    ]);
    expect(spansOf(saturdays, 'America/Chicago', days('2026-10-31', '2026-11-02')).map(utc)).toEqual([
      ['2026-11-01T03:00', '2026-11-01T10:00'],
    ]);
    // It reaches into a span that begins after it did.
    expect(spansOf(nightly, 'UTC', { from: at('2026-11-23T03:00'), to: at('2026-11-23T03:01') }).map(utc)).toEqual([
      ['2026-11-22T22:00', '2026-11-23T04:00'],
    ]);
  });

  it('an hour that never comes is no maintenance; one that comes twice is all of both', () => {
    const early = { weekly: { days: [7], from: '02:00', to: '03:00' } };
    expect(spansOf(early, 'Europe/Paris', days('2026-03-29', '2026-03-30'))).toEqual([]);
    expect(spansOf(early, 'Europe/Paris', days('2026-10-25', '2026-10-26')).map(utc)).toEqual([['2026-10-25T00:00', '2026-10-25T02:00']]);
    const earlyChicago = { weekly: { days: [7], from: '01:30', to: '02:30' } };
    expect(spansOf(earlyChicago, 'America/Chicago', days('2026-03-08', '2026-03-09')).map(utc)).toEqual([
      ['2026-03-08T07:30', '2026-03-08T08:00'],
    ]);
    expect(spansOf(earlyChicago, 'America/Chicago', days('2026-11-01', '2026-11-02')).map(utc)).toEqual([
      ['2026-11-01T06:30', '2026-11-01T08:30'],
    ]);
  });

  it('comes once for each of its days', () => {
    expect(spansOf({ weekly: { days: [1, 3], from: '08:00', to: '08:00' } }, 'Europe/Paris', days('2026-06-01', '2026-06-15')).length).toBe(
      4,
    );
    expect(spansOf(nightly, 'Europe/Paris', year).length).toBe(52);
  });
});

describe('the calendar of a site', () => {
  const record = (fields: Partial<MaintenanceRecord> & { times: Maintenance['times'] }): MaintenanceRecord => ({
    maintenanceId: 'm',
    title: 'Switches',
    siteIds: null,
    createdBy: 'Ada',
    createdAt: 0,
    endedAt: null,
    ...fields,
  });
  const zones: Record<string, string> = { paris: 'Europe/Paris', chicago: 'America/Chicago', lost: 'Mars/Olympus' };
  const calendar = (...records: MaintenanceRecord[]) =>
    new Calendar({ zone: siteId => zones[siteId], siteIds: () => Object.keys(zones) }, records);
  const noon = { once: { from: '2026-06-01T12:00', to: '2026-06-01T13:00' } };

  it('has one for all sites at each site’s own time', () => {
    const all = calendar(record({ times: noon }));
    const until = (siteId: string, time: string) => all.until(siteId, at(`2026-06-01T${time}`));
    expect([until('paris', '09:59'), until('paris', '10:00'), until('paris', '10:59'), until('paris', '11:00')]).toEqual([
      null,
      at('2026-06-01T11:00'),
      at('2026-06-01T11:00'),
      null,
    ]);
    expect([until('chicago', '10:30'), until('chicago', '17:30')]).toEqual([null, at('2026-06-01T18:00')]);
    // A zone that nobody knows is UTC; back in time is asked anew.
    expect([until('lost', '12:30'), until('paris', '10:30')]).toEqual([at('2026-06-01T13:00'), at('2026-06-01T11:00')]);
  });

  it('joins what overlaps, follows what is announced and ended, and was never before it was announced', () => {
    const two = calendar(
      record({ maintenanceId: 'a', times: noon, siteIds: ['paris'] }),
      record({
        maintenanceId: 'b',
        times: { once: { from: '2026-06-01T12:30', to: '2026-06-01T14:00' } },
        createdAt: at('2026-06-01T10:45'),
      }),
    );
    const now = at('2026-06-01T10:50');
    expect(two.until('paris', now)).toBe(at('2026-06-01T12:00'));
    expect(two.until('chicago', now)).toBeNull();
    expect(two.between('paris', year).map(utc)).toEqual([
      ['2026-06-01T10:00', '2026-06-01T11:00'],
      ['2026-06-01T10:45', '2026-06-01T12:00'],
    ]);
    two.put(record({ maintenanceId: 'b', times: noon, endedAt: now }));
    two.put(record({ maintenanceId: 'a', times: noon, siteIds: ['paris'], endedAt: now }));
    expect(two.until('paris', now)).toBeNull();
    expect(two.records('paris').length).toBe(2);
  });

  it('is not looked for in years in which it had not been announced, or was over', () => {
    const times = { weekly: { days: [1], from: '08:00', to: '09:00' } };
    const [createdAt, endedAt] = [at('2026-06-01T00:00'), at('2026-06-10T00:00')];
    // No calendar goes back so far, or on: to go there would throw.
    const ever = { from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };
    expect(calendar(record({ times, createdAt, endedAt })).between('paris', ever).map(utc)).toEqual([
      ['2026-06-01T06:00', '2026-06-01T07:00'],
      ['2026-06-08T06:00', '2026-06-08T07:00'],
    ]);
    expect(calendar(record({ times, createdAt, endedAt })).between('paris', year).length).toBe(2);
  });

  it('says when it is next, at the first of its sites that has it', () => {
    const all = calendar();
    const next = (one: MaintenanceRecord, now: string) => {
      const { next: span } = all.present(one, at(now));
      return span && utc(span);
    };
    expect(next(record({ times: noon }), '2026-01-01T00:00')).toEqual(['2026-06-01T10:00', '2026-06-01T11:00']);
    // Over in Paris, to come in Chicago.
    expect(next(record({ times: noon }), '2026-06-01T13:00')).toEqual(['2026-06-01T17:00', '2026-06-01T18:00']);
    expect(next(record({ times: noon }), '2026-06-02T00:00')).toBeNull();
    expect(next(record({ times: noon, endedAt: 5 }), '2026-01-01T00:00')).toBeNull();
    // The only Sunday of the week on which 02:00 to 03:00 does not come: the one after it.
    const early = record({ times: { weekly: { days: [7], from: '02:00', to: '03:00' } }, siteIds: ['paris'] });
    expect(next(early, '2026-03-23T00:00')).toEqual(['2026-04-05T00:00', '2026-04-05T01:00']);
  });
});
