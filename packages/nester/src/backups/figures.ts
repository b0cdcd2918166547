import type { BackupAttempt } from '@aerie/contract';

/** What came of an attempt: a backup that was not copied elsewhere is one all the same. */
export const attemptOutcomes = ['made', 'not_copied', 'failed'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

export function outcomeOf({ name, problem }: BackupAttempt): AttemptOutcome {
  return problem === null ? 'made' : name === null ? 'failed' : 'not_copied';
}

/** Figures of the backups that there are. */
export interface BackupFigures {
  backups: number;
  /** Undefined: there is none. */
  newest: { at: number; ageSeconds: number; bytes: number } | undefined;
  isLate: boolean;
  /** That were told of since the start. */
  attempts: Record<AttemptOutcome, number>;
}
