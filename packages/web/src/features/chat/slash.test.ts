import { expect, test } from 'vitest';
import { personAt, slashOf } from './slash.ts';

test('a command has a name and what belongs to it', () => {
  expect(slashOf('/join #dev')).toEqual({ kind: 'command', name: 'join', rest: '#dev' });
  expect(slashOf(' /AWAY ')).toEqual({ kind: 'command', name: 'away', rest: '' });
  expect(slashOf('/msg Bo deux\nlignes')).toEqual({ kind: 'command', name: 'msg', rest: 'Bo deux\nlignes' });
  expect(slashOf('/dance')).toEqual({ kind: 'unknown', name: 'dance' });
  expect(slashOf('/constructor')).toEqual({ kind: 'unknown', name: 'constructor' });
});

test('paths, fractions and doubled slashes are text', () => {
  expect(slashOf('/etc/passwd est lisible')).toEqual({ kind: 'text', text: '/etc/passwd est lisible' });
  expect(slashOf('/ ou non')).toEqual({ kind: 'text', text: '/ ou non' });
  expect(slashOf('//join se tape ainsi')).toEqual({ kind: 'text', text: '/join se tape ainsi' });
  expect(slashOf('// commentaire')).toEqual({ kind: 'text', text: '// commentaire' });
});

test('the longest name at the beginning is meant, whatever its case', () => {
  const people = [{ name: 'Ada' }, { name: 'Ada Lovelace' }, { name: 'Bo' }];
  expect(personAt('ada lovelace 10m bruit', people)).toEqual({ person: { name: 'Ada Lovelace' }, rest: '10m bruit' });
  expect(personAt('@Ada 10m', people)).toEqual({ person: { name: 'Ada' }, rest: '10m' });
  expect(personAt('bo', people)).toEqual({ person: { name: 'Bo' }, rest: '' });
  expect(personAt('bob', people)).toBeUndefined();
  expect(personAt('', people)).toBeUndefined();
});
