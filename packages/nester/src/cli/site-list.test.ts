import { describe, expect, it } from 'vitest';
import { readSiteList } from './site-list.ts';

describe('a list of sites', () => {
  it('is read as spreadsheets write it, in English or French', () => {
    const franchise = { name: 'Seattle Seahawks', group: 'NFC West', zone: 'America/Los_Angeles', latitude: 47.6, longitude: -122.33 };
    const expected = [
      { line: 2, code: 'SEA', fields: franchise },
      { line: 4, code: 'KC', fields: { name: 'Kansas City; Chiefs' } },
    ];
    expect(
      readSiteList(
        '\ufeffCode,name,group,zone,latitude,longitude\r\nsea,Seattle Seahawks,NFC West,America/Los_Angeles,47.6,-122.33\r\n\r\nKC,Kansas City; Chiefs,,,,\r\n',
      ),
    ).toEqual(expected);
    expect(
      readSiteList(
        'code;Nom;Groupe;Fuseau;Latitude;Longitude\nSEA;Seattle Seahawks;NFC West;America/Los_Angeles;47,6;-122,33\n\nKC;"Kansas City; Chiefs"',
      ),
    ).toEqual(expected);
  });

  it.each([
    ['name,group\nx,y', 'no header'],
    ['', 'no header'],
    ['code,name\nKC,Kansas\nk c,x', 'Line 3: the column code'],
    ['code,name\nKC,', 'Line 2: the column name'],
    ['code,name\nKC,a\nkc,b', 'Line 3: the site KC is there twice'],
    ['code,name,latitude\nKC,a,north', 'Line 2: the latitude "north" is no number'],
    ['code,name,latitude\nKC,a,91', 'Line 2: the column latitude'],
    ['code,name\n"KC', 'not CSV'],
    [`code,name\n${Array.from({ length: 5_001 }, (_, n) => `S${n},x`).join('\n')}`, 'more than 5000'],
  ])('%j is refused', (csv, says) => {
    expect(() => readSiteList(csv)).toThrow(says);
  });
});
