const hourMs = 3_600_000;
/** After a start, the timer that was due meanwhile makes its backup first: a machine that is off at night is not late each morning. */
export const settleMs = 10 * 60_000;
/** A name that lies further ahead was given by a wrong clock, and says nothing. */
const aheadMs = hourMs;

/** What lateness is judged by; moments in milliseconds since 1970. */
export interface BackupTimes {
  now: number;
  /** Of sound backups, in any order. */
  backups: readonly { at: number }[];
  /** Since when somebody wants to be told. */
  watchedSince: number;
  /** 0: nobody wants to be told. */
  lateAfterHours: number;
}

/** The newest of the backups whose name a right clock may have given. */
export function newestOf<B extends { at: number }>(backups: readonly B[], now: number): B | undefined {
  let newest: B | undefined;
  for (const backup of backups) if (backup.at <= now + aheadMs && (!newest || backup.at > newest.at)) newest = backup;
  return newest;
}

/** Whether a backup should have come: the newest is too old, or none came in as long a time since the watch began. */
export function isLate({ now, backups, watchedSince, lateAfterHours }: BackupTimes): boolean {
  if (lateAfterHours === 0) return false;
  const since = Math.max(newestOf(backups, now)?.at ?? 0, watchedSince);
  return now - since > lateAfterHours * hourMs;
}
