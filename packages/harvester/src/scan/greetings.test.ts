import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs, program } from '../../../../test/kit/needs.ts';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { impatientProbes, waitsForWords } from './greetings.ts';

const folder = scratchFolder('greetings');

/** Where an nmap would be that has such a list of probes beside it. */
function nmapWith(name: string, probes: string): string {
  const share = join(folder, name, 'share', 'nmap');
  mkdirSync(share, { recursive: true });
  writeFileSync(join(share, 'nmap-service-probes'), probes, 'latin1');
  return join(folder, name, 'bin', 'nmap');
}

const greeting = 'Probe TCP NULL q||\n# wait\ntotalwaitms 6000\nmatch a m|\xff|\n';
const others = 'Probe TCP GetRequest q|GET / HTTP/1.0\\r\\n\\r\\n|\ntotalwaitms 7000\n';

describe('the list of probes that listens shortly', () => {
  test('differs from nmap’s in the wait for a greeting alone, and is gone when the scan is', () => {
    const nmap = nmapWith('usual', `Exclude T:9100-9107\n${greeting}${others}`);
    const probes = impatientProbes(nmap, folder)!;
    expect(readFileSync(probes.path, 'latin1')).toBe(`Exclude T:9100-9107\n${greeting.replace('6000', '1000')}${others}`);
    probes.remove();
    expect(existsSync(dirname(probes.path))).toBe(false);
  });

  test.each([
    ['there is no list', () => join(folder, 'nowhere', 'bin', 'nmap')],
    ['the list is another one', () => nmapWith('other', `x\n${others}`)],
    ['no time stands in it', () => nmapWith('timeless', `\nProbe TCP NULL q||\nmatch a m|b|\n${others}`)],
  ])('is left out when %s', (_, nmap) => {
    const before = readdirSync(folder).filter(name => name.startsWith('harvester-'));
    expect(impatientProbes(nmap(), folder)).toBeUndefined();
    expect(readdirSync(folder).filter(name => name.startsWith('harvester-'))).toEqual(before);
  });

  test('is left out when there is no place for it', () => {
    expect(impatientProbes(nmapWith('placeless', `\n${greeting}${others}`), join(folder, 'nowhere'))).toBeUndefined();
  });
});

test('a port is listened to shortly only where nobody greets', () => {
  expect([80, 443, 515, 554, 3389].every(waitsForWords)).toBe(true);
  expect([21, 22, 23, 25, 110, 143, 465, 587, 993, 995, 3306, 4000].some(waitsForWords)).toBe(false);
});

needs('nmap')('the list of the real nmap', () => {
  test('is there, and is made to listen shortly', () => {
    const probes = impatientProbes(program('nmap'), folder);
    expect(readFileSync(probes!.path, 'latin1')).toMatch(/Probe TCP NULL q\|\|[\s\S]{0,2000}?\ntotalwaitms 1000\n/);
    probes!.remove();
  });
});
