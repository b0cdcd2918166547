import { expect, test } from 'vitest';
import { passwordStrength } from './password-strength.ts';

const of = (password: string, name = 'alice') => passwordStrength(password, name, 12);

test('what is too short is unusable, however varied', () => {
  expect(of('aB3$xY7!')).toEqual({ score: 0, advice: ['short'] });
});

test('the name inside, a common beginning and repetition each give a password away', () => {
  expect(of('Alice-likes-tea').advice).toContain('has_name');
  expect(of('ÀLICE et compagnie').advice).toContain('has_name');
  expect(of('Password2026!!').advice).toContain('common');
  expect(of('P@ssw0rd2026!!').advice).toContain('common');
  expect(of('motdepasse2026').advice).toContain('common');
  expect(of('abababababababab').advice).toContain('repeats');
  for (const password of ['Alice-likes-tea', 'Password2026!!', 'abababababababab']) expect(of(password).score).toBeLessThan(2);
});

test('length and variety raise it', () => {
  const scores = ['gravelpotions', 'gravel potions', 'Gravel potions 7', 'Gravel potions, seven lanterns'].map(
    password => of(password).score,
  );
  expect(scores).toEqual([...scores].sort());
  expect(scores[0]).toBeGreaterThanOrEqual(2);
  expect(scores.at(-1)).toBe(4);
});

test('a name of one or two letters is not looked for', () => {
  expect(of('gravel potions', 'a').advice).not.toContain('has_name');
});
