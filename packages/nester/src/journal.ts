import { fstatSync } from 'node:fs';

/**
 * Whether what is written to an open file ends in systemd's journal, which more people may read than whoever started this
 * (systemd.exec(5), $JOURNAL_STREAM).
 */
export function isJournal(fd: number, { JOURNAL_STREAM }: NodeJS.ProcessEnv): boolean {
  if (!JOURNAL_STREAM) return false;
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return JOURNAL_STREAM === `${dev}:${ino}`;
}
