import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { environmentNames, readConfig } from '../config.ts';
import { settingRecords } from './settings.ts';

const shown = (...args: Parameters<typeof readConfig>) =>
  new Map(settingRecords(readConfig(...args)).map(({ name, ...rest }) => [name, rest]));

it('says where each setting comes from: flag, environment, file or default', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aerie-settings-'));
  const file = join(folder, 'aerie.toml');
  writeFileSync(file, 'tcp = "127.0.0.1:1"\nhttp = "127.0.0.1:2"\nguests = true\n[limits]\nfailures = 7\n');
  const settings = shown({ http: '[::1]:3', passwordMin: undefined }, { AERIE_GUESTS: 'off', AERIE_LOG: '' }, file);
  expect(settings.get('http')).toEqual({ variable: 'AERIE_HTTP', value: '[::1]:3', source: 'flag' });
  expect(settings.get('tcp')).toEqual({ variable: 'AERIE_TCP', value: '127.0.0.1:1', source: 'file' });
  expect(settings.get('guests')).toEqual({ variable: 'AERIE_GUESTS', value: 'off', source: 'environment' });
  expect(settings.get('log')).toEqual({ variable: 'AERIE_LOG', value: '', source: 'default' });
  expect(settings.get('passwordMin')).toEqual({ variable: 'AERIE_PASSWORD_MIN', value: '12', source: 'default' });
  expect(settings.get('limits.failures')).toEqual({ variable: 'AERIE_LIMITS', value: '7', source: 'file' });
  expect(settings.get('limits.guests')).toEqual({ variable: 'AERIE_LIMITS', value: '200', source: 'default' });
  rmSync(folder, { recursive: true });
});

it('shows every setting, as it would be written', () => {
  const settings = shown({}, { AERIE_TRUST_PROXY: '192.0.2.1, 192.0.2.2', AERIE_LIMITS: 'failures=9,guests=3' });
  expect(new Set([...settings.values()].map(({ variable }) => variable))).toEqual(new Set(Object.values(environmentNames)));
  expect(settings.get('trustProxy')).toMatchObject({ value: '192.0.2.1,192.0.2.2' });
  expect(settings.get('limits.guests')).toEqual({ variable: 'AERIE_LIMITS', value: '3', source: 'environment' });
  expect(settings.get('limits.connections')).toMatchObject({ source: 'default' });
});

it.each([
  ['postgres://aerie:se:cr@t@db.example:5432/aerie', 'postgres://aerie:***@db.example:5432/aerie'],
  ['postgres://aerie:sec/ret@db.example/aerie', 'postgres://aerie:***@db.example/aerie'],
  ['postgres://db.example/aerie?user=a&password=secret&ssl=true', 'postgres://db.example/aerie?user=a&password=***&ssl=true'],
  ['postgres://aerie@db.example/aerie', 'postgres://aerie@db.example/aerie'],
])('masks what is secret in %s', (databaseUrl, value) => {
  expect(shown({ databaseUrl }, {}).get('databaseUrl')).toMatchObject({ value });
});
