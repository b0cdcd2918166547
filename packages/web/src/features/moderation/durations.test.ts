import { limits } from '@aerie/contract/limits';
import { expect, test } from 'vitest';
import { durations, minutesOf } from './durations.ts';

test('a time is typed in minutes, or with its unit in either language', () => {
  expect(minutesOf('10')).toBe(10);
  expect(minutesOf(' 10m ')).toBe(10);
  expect(minutesOf('15min')).toBe(15);
  expect(minutesOf('2H')).toBe(120);
  expect(minutesOf('3d')).toBe(4320);
  expect(minutesOf('3j')).toBe(4320);
  expect(minutesOf('1w')).toBe(10_080);
  expect(minutesOf('90s')).toBe(2);
});

test('what is no time, or too long, is none', () => {
  for (const typed of ['', '0', '-5', '1.5h', 'h', '10 constructor', '10constructor', '99999999', `${limits.sanctionMinutes + 1}`])
    expect(minutesOf(typed), typed).toBeUndefined();
});

test('every preset is allowed', () => {
  for (const minutes of durations) expect(minutesOf(String(minutes))).toBe(minutes);
});
