import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { franchiseInName, franchiseKey, isUnfinished, safeName, shownName, timeInName } from './names.ts';

describe('names of files', () => {
  it.each([
    ['rapport du soir.json', 'rapport_du_soir.json'],
    ['été.xml', 'ete.xml'],
    ['../../etc/passwd', 'etc_passwd'],
    ['.bashrc', 'bashrc'],
    ['-rf', 'rf'],
    ['a\nb\0c', 'a_b_c'],
    ['$(reboot)', 'reboot_'],
    ['…', 'file'],
    [`${'x'.repeat(300)}.json`, `${'x'.repeat(95)}.json`],
  ])('%j is kept as %s', (name, safe) => expect(safeName(name)).toBe(safe));

  it('are safe whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        expect(safeName(Buffer.from(bytes).toString())).toMatch(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
      }),
    );
  });

  it('are shown on one line', () => {
    expect(shownName(Buffer.from('a\u202egnp\n.json'))).toBe('agnp.json');
    expect(shownName(Buffer.from([0xff, 0x41]))).toBe('\ufffdA');
  });

  it('say that a file is not whole yet', () => {
    const unfinished = ['.report.json.Xa81bc', 'report.json.part', 'report.json~', '.filepart', 'x.filepart', 'a.tmp'];
    expect(unfinished.filter(name => !isUnfinished(Buffer.from(name)))).toEqual([]);
    expect(['report.json', 'party', 'scan.xml'].filter(name => isUnfinished(Buffer.from(name)))).toEqual([]);
  });

  it.each([
    ['scan_05-11-2025_10H57_S01.json', '2025-11-05T10:57:01'],
    ['scan_05-11-2025_10H57.json', '2025-11-05T10:57:00'],
    ['report_20251009T121134Z.json', '2025-10-09T12:11:34Z'],
    ['kc-2025-10-09_12-11-34.xml', '2025-10-09T12:11:34'],
    ['Patriots.json', null],
    ['2025-10-09.json', null],
  ])('%s tells the time %s', (name, time) => expect(timeInName(name)).toBe(time));

  it.each([
    ['Patriots.json', 'Patriots'],
    ['Kansas_City-2025-11-05_10H57.json', 'Kansas City'],
    ['report_20251009T121134Z.json', null],
    ['scan_05-11-2025_10H57_S01.json', null],
    ['rapport 2025-11-05.json', null],
  ])('%s speaks of %s', (name, franchise) => expect(franchiseInName(name)).toBe(franchise));

  it('mean the same franchise whatever the case, the accents and what stands between', () => {
    expect(new Set(['Kansas City', 'kansas_city', ' KANSAS-CITY ', 'Kánsas  City!'].map(franchiseKey))).toEqual(new Set(['kansas city']));
  });
});
