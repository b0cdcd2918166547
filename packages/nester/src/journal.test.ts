import { closeSync, fstatSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isJournal } from './journal.ts';

it('knows the journal by the file that systemd names, and takes nothing else for it', () => {
  const [one, other] = [openSync('/dev/null', 'w'), openSync('/dev/zero', 'r')];
  try {
    const { dev, ino } = fstatSync(one);
    const named = { JOURNAL_STREAM: `${dev}:${ino}` };
    expect(isJournal(one, named)).toBe(true);
    expect(isJournal(other, named)).toBe(false);
    expect(isJournal(one, {})).toBe(false);
  } finally {
    closeSync(one);
    closeSync(other);
  }
});
