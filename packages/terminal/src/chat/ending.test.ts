import { describe, expect, it } from 'vitest';
import { wordsIn } from '../words/words.ts';
import { type Ending, endingFailure } from './ending.ts';

const told = (ending: Ending | undefined) => wordsIn('en').error(endingFailure(ending, 'http://a'));

describe('the end of a session', () => {
  it.each(['logged_out', 'ended', 'disabled', 'password_changed', 'kicked', 'banned', 'stopping'] as const)(
    'by %s is told in one sentence of its own',
    reason => {
      expect(told({ reason })).not.toMatch(/[{}]|undefined/);
      if (reason !== 'stopping') expect(told({ reason })).not.toBe(told(undefined));
    },
  );

  it('is told in the words of who did it, made harmless', () => {
    expect(told({ reason: 'kicked', why: 'rest\u001b[2J a bit' })).toBe(
      'An administrator put you out (rest a bit). You may log in again: classcord http://a',
    );
    expect(told({ reason: 'banned', why: 'spam', until: Date.UTC(2030, 0, 2, 12) })).toMatch(
      /^You may not come in until 02\/01\/2030, .* \(spam\)\.$/,
    );
  });
});
