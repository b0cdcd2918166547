import { expect, it } from 'vitest';
import { channelNameProblem, userNameProblem } from './names.ts';

it.each(['alice\u034f', 'alice\ufe0f', 'al\u115fice', '\u3164', '\uffa0alice'])('%j holds what nobody sees, and is no name', name => {
  expect(userNameProblem(name)).toBe('characters');
  expect(channelNameProblem(name)).toBe('symbols');
});

it.each(['Zoé', 'Zoe\u0301', '王伟', 'Ольга', 'ऋषि', 'محمد'])('%s is a name', name => {
  expect(userNameProblem(name)).toBeUndefined();
  expect(channelNameProblem(name)).toBeUndefined();
});
