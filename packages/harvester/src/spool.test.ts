import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { KeptLog } from '../test/probe.ts';
import { reportName } from './report-name.ts';
import { Spool } from './spool.ts';
import { Unwritten } from './unwritten.ts';

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

  test('drops the oldest past its bytes: what was sent first, what was not last and not silently', () => {
    const warned: string[] = [];
    const spool = new Spool(folder, { keepBytes: 50, warn: (_, name) => warned.push(name) });
    const all = Array.from({ length: 9 }, (_, i) => spool.add(String(i).repeat(10), at + i * 1_000));
    for (const [i, name] of all.entries())
      utimesSync(join(folder, 'reports', name), Date.now() / 1_000 - 90 + i, Date.now() / 1_000 - 90 + i);
    // The newest were sent already: they go before any that was not.
    for (const name of [all[0]!, ...all.slice(7)]) spool.sent(name);
    spool.tidy();
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual(all.slice(2, 7));
    expect(names(spool)).toEqual(all.slice(2, 7));
    expect(warned).toEqual([all[1]]);
    expect([spool.dropped, spool.depth]).toEqual([1, 5]);
  });

  test('drops what is older than it keeps, but not for a machine that was off or a clock that jumped', () => {
    const day = 86_400_000;
    const spoolOf = (name: string, now: number, agesInDays: number[]) => {
      const spool = new Spool(join(folder, name), { keepMs: 3 * day, now: () => now });
      const all = agesInDays.map((_, i) => spool.add(String(i), at + i * 1_000));
      for (const [i, name_] of all.entries()) {
        const seconds = (at - agesInDays[i]! * day) / 1_000;
        utimesSync(join(folder, name, 'reports', name_), seconds, seconds);
      }
      const again = new Spool(join(folder, name), { keepMs: 3 * day, now: () => now });
      again.tidy();
      return names(again).map(one => agesInDays[all.indexOf(one)]);
    };
    expect(spoolOf('usual', at, [4, 3.5, 2.5, 2, 1.5, 1, 0.5])).toEqual([2.5, 2, 1.5, 1, 0.5]);
    expect(spoolOf('off', at, [40.5, 40, 0.5])).toEqual([40.5, 40, 0.5]);
    expect(spoolOf('ahead', at + 365 * day, [1, 0.5, 0])).toEqual([1, 0.5, 0]);
    expect(spoolOf('behind', at - 365 * day, [1, 0.5, 0])).toEqual([1, 0.5, 0]);
  });

  test('knows the order in which reports came, also when the clock is set back', () => {
    let now = at;
    const spool = new Spool(folder, { now: () => now });
    const first = spool.add('1', now);
    now -= 86_400_000;
    const second = spool.add('2', now);
    expect([spool.oldest(new Set())?.name, spool.newest()?.name]).toEqual([first, second]);
    expect(spool.oldest(new Set([first]))?.name).toBe(second);
  });

  test('sees what another program adds', () => {
    const spool = new Spool(folder);
    expect(spool.depth).toBe(0);
    const name = new Spool(folder).add('x', at);
    spool.refresh();
    expect(spool.newest()?.name).toBe(name);
  });

  test('sets the reports of another identity aside, and uses none of their names again', () => {
    const spool = new Spool(folder);
    const [sent, waiting] = ['1', '2'].map(text => spool.add(text, at));
    spool.sent(sent!);
    expect(spool.setAside()).toBe(1);
    expect(names(spool)).toEqual([]);
    expect(readdirSync(join(folder, 'aside'))).toEqual([waiting]);
    expect(spool.add('3', at)).not.toBe(waiting);
  });
});

describe('a report that cannot be written', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  /** A spool on a disk that takes nothing while it is full. */
  class FullDisk extends Spool {
    isFull = true;
    override add(text: string, when: number): string {
      if (this.isFull) throw full;
      return super.add(text, when);
    }
  }

  test('is held in memory and written when there is room, the newest first', async () => {
    const spool = new FullDisk(folder);
    const log = new KeptLog();
    const written = Promise.withResolvers<void>();
    const unwritten = new Unwritten(spool, log, written.resolve, 5);
    for (const text of ['1', '2', '3']) expect(unwritten.keep(text, at)).toBeUndefined();
    expect(unwritten.count).toBe(3);
    expect(log.has('A report could not be written; it is held in memory')).toBe(true);
    spool.isFull = false;
    await written.promise;
    expect(unwritten.count).toBe(0);
    expect(spool.pending().map(({ name }) => String(spool.read(name)))).toEqual(['3', '2', '1']);
  });

  test('takes the room of what was sent, and of nothing else', () => {
    const spool = new FullDisk(folder);
    spool.isFull = false;
    const [sent, waiting] = ['1', '2'].map(text => spool.add(text, at));
    spool.sent(sent!);
    let attempts = 0;
    spool.add = (text, when) => {
      attempts += 1;
      if (attempts === 1) throw full;
      return Spool.prototype.add.call(spool, text, when);
    };
    const unwritten = new Unwritten(spool, new KeptLog(), () => {});
    const name = unwritten.keep('3', at + 5_000);
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual([waiting, name].sort());
    expect(spool.makeRoom(1)).toBe(false);
  });

  test('is lost only when too many are held, the oldest first, and said', () => {
    const spool = new FullDisk(folder);
    const log = new KeptLog();
    const unwritten = new Unwritten(spool, log, () => {});
    for (let i = 0; i < 502; i += 1) unwritten.keep(String(i), at);
    expect([unwritten.count, unwritten.dropped]).toEqual([500, 2]);
    expect(log.has('the oldest is lost')).toBe(true);
    expect(unwritten.forget()).toBe(500);
  });

  test('leaves neither a marker nor half a file', () => {
    const spool = new Spool(folder);
    // Where the file should come there is something in the way.
    rmSync(join(folder, 'reports'), { recursive: true });
    writeFileSync(join(folder, 'reports'), '');
    expect(() => spool.add('x', at)).toThrow();
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
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
