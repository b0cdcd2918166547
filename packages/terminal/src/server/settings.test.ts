import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.ts';
import { Settings } from './settings.ts';

describe('what is kept', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-classcord-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const settings = () => Settings.of({ XDG_CONFIG_HOME: folder });
  const file = () => join(folder, 'classcord', 'settings.json');

  it('is there the next time, by server', () => {
    settings().keep('http://a', { token: 'one', name: 'Ada' });
    settings().keep('http://b', { token: 'two' });
    settings().keep('http://a', { pin: 'AB' });
    settings().use('http://b');
    expect(settings().server('http://a')).toEqual({ token: 'one', name: 'Ada', pin: 'AB' });
    expect(settings().last).toBe('http://b');
    expect(settings().server('constructor')).toEqual({});
    expect(settings().device).toBe(settings().device);
  });

  it('is forgotten when it is said to be', () => {
    settings().keep('http://a', { token: 'one', pin: 'AB' });
    settings().keep('http://a', { token: undefined });
    expect(settings().server('http://a')).toEqual({ pin: 'AB' });
    expect(readFileSync(file(), 'utf8')).not.toContain('one');
  });

  it('is for its owner only, also where it was not before', () => {
    settings().keep('http://a', { token: 'one' });
    chmodSync(join(folder, 'classcord'), 0o755);
    chmodSync(file(), 0o644);
    settings().keep('http://a', { name: 'Ada' });
    expect(statSync(join(folder, 'classcord')).mode & 0o777).toBe(0o700);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'classcord'))).toEqual(['settings.json']);
  });

  it('stands below ~/.config where XDG_CONFIG_HOME is no place', () => {
    for (const base of [undefined, '', 'relative']) {
      Settings.of({ XDG_CONFIG_HOME: base, HOME: folder }).use('http://a');
      expect(existsSync(join(folder, '.config', 'classcord', 'settings.json'))).toBe(true);
      rmSync(join(folder, '.config'), { recursive: true });
    }
  });

  it.each(['', '{', 'null', '[]', '{"device":1,"servers":{}}', '{"device":"d","servers":{"http://a":{"token":5}}}'])(
    'damaged (%s), it is said to be',
    text => {
      settings().use('http://a');
      writeFileSync(file(), text);
      expect(() => settings().last).toThrow('settings.damaged');
      // It is not written over either: what is in it may be mended.
      expect(() => settings().use('http://b')).toThrow(Failure);
      expect(readFileSync(file(), 'utf8')).toBe(text);
    },
  );
});
