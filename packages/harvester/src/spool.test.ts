import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { reportName } from './report-name.ts';
import { Spool } from './spool.ts';

const base = scratchFolder('spool');
let count = 0;
let folder: string;
beforeEach(() => {
  count += 1;
  folder = join(base, String(count));
});

const at = Date.UTC(2026, 10, 22, 3, 0, 0);
const names = (spool: Spool) => spool.pending().map(({ name }) => name);
/** Makes a file or marker as old as a Harvester that was killed long ago. */
function age(path: string): void {
  utimesSync(path, 1, 1);
}

describe('the name of a report', () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'Europe/Paris';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test('is its local time', () => {
    expect(reportName(new Date(Date.UTC(2025, 10, 5, 9, 57, 1)))).toBe('scan_05-11-2025_10H57_S01.json');
  });

  test('is never used twice, also in the hour that comes twice in autumn', () => {
    const spool = new Spool(folder);
    const summer = Date.UTC(2026, 9, 25, 0, 30, 7);
    const winter = summer + 3_600_000;
    expect(reportName(new Date(summer))).toBe(reportName(new Date(winter)));
    const first = spool.add('"summer"', summer);
    spool.sent(first);
    const second = spool.add('"winter"', winter);
    expect([first, second]).toEqual(['scan_25-10-2026_02H30_S07.json', 'scan_25-10-2026_02H30_S08.json']);
    expect(String(spool.read(first))).toBe('"summer"');
    expect(String(spool.read(second))).toBe('"winter"');
  });
});

describe('the spool', () => {
  test('holds what was not confirmed, over restarts', () => {
    const spool = new Spool(folder);
    const [a, b, c] = ['1', '2', '3'].map(text => spool.add(text, at));
    spool.sent(b!);
    const again = new Spool(folder);
    again.tidy();
    expect(names(again)).toEqual([a, c]);
    expect(again.depth).toBe(2);
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual([a, b, c]);
  });

  test('gives one name to one of two that write at once', () => {
    const one = new Spool(folder);
    const other = new Spool(folder);
    const all = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).add(String(i), at));
    expect(new Set(all).size).toBe(20);
    for (const [i, name] of all.entries()) expect(String(one.read(name))).toBe(String(i));
  });

  test('does not wait for a report that somebody removed', () => {
    const warned: string[] = [];
    const spool = new Spool(folder, { warn: (_, name) => warned.push(name) });
    const name = spool.add('x', at);
    expect(names(spool)).toEqual([name]);
    rmSync(join(folder, 'reports', name));
    expect(spool.read(name)).toBeUndefined();
    expect(names(spool)).toEqual([]);
    expect(warned).toEqual([name]);
  });

  test('sets what is rejected aside with the reason, and does not use its name again', () => {
    const warned: string[] = [];
    const spool = new Spool(folder, { warn: (_, name) => warned.push(name) });
    const name = spool.add('bad', at);
    spool.reject(name, 'hosts is not an array');
    expect(spool.depth).toBe(0);
    expect(readFileSync(join(folder, 'rejected', name), 'utf8')).toBe('bad');
    expect(readFileSync(join(folder, 'rejected', `${name}.reason`), 'utf8')).toBe('hosts is not an array\n');
    expect(warned).toEqual([name]);
    expect(spool.add('next', at)).not.toBe(name);
  });

  test('drops the oldest past what it keeps, unsent ones last and not silently', () => {
    const warned: string[] = [];
    const spool = new Spool(folder, { keepSent: 2, keepUnsent: 3, warn: (_, name) => warned.push(name) });
    const all = Array.from({ length: 9 }, (_, i) => spool.add(String(i), at + i * 1_000));
    for (const [i, name] of all.entries()) utimesSync(join(folder, 'reports', name), 1_000 + i, 1_000 + i);
    for (const name of all.slice(0, 4)) spool.sent(name);
    spool.tidy();
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual([...all.slice(2, 4), ...all.slice(6)]);
    expect(names(spool)).toEqual(all.slice(6));
    expect(warned).toEqual(all.slice(4, 6));
  });
});

describe('after a crash', () => {
  const name = reportName(new Date(at));
  const place = (part: string) => join(folder, part, name);

  test('between the marker and the report, nothing is sent and the marker goes', () => {
    new Spool(folder);
    writeFileSync(place('spool'), '');
    const spool = new Spool(folder);
    expect(names(spool)).toEqual([]);
    spool.tidy();
    // It may be of a Harvester that is just writing.
    expect(existsSync(place('spool'))).toBe(true);
    age(place('spool'));
    spool.tidy();
    expect(existsSync(place('spool'))).toBe(false);
  });

  test('in the middle of the report, half a file is never sent, and goes', () => {
    new Spool(folder);
    writeFileSync(place('spool'), '');
    const half = join(folder, 'reports', `.${name}.4711.tmp`);
    writeFileSync(half, '{"v":1,"rep');
    const spool = new Spool(folder);
    expect(names(spool)).toEqual([]);
    age(half);
    spool.tidy();
    expect(existsSync(half)).toBe(false);
  });

  test('before the confirmation was noted, the report is sent again', () => {
    new Spool(folder).add('x', at);
    expect(names(new Spool(folder))).toEqual([name]);
  });

  test('while a sent report’s name was tried again, it is sent again and keeps its content', () => {
    const spool = new Spool(folder);
    spool.add('first', at);
    spool.sent(name);
    writeFileSync(place('spool'), '');
    expect(String(new Spool(folder).read(name))).toBe('first');
    expect(names(new Spool(folder))).toEqual([name]);
  });

  test('between the two steps of a rejection, it is not sent for ever', () => {
    const spool = new Spool(folder);
    spool.add('bad', at);
    spool.reject(name, 'no');
    // The marker was to go last.
    writeFileSync(place('spool'), '');
    expect(names(new Spool(folder))).toEqual([]);
    rmSync(place('spool'));
  });
});
