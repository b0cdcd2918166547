import type { IntakeFile } from '@aerie/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useConnection } from '../../app/context.ts';
import { intakeKey } from './waiting-files.ts';

export type IntakeShown = 'waiting' | 'taken' | 'discarded';

const filePage = 50;
/** The states that somebody has to do something about. */
const waitingStates = ['quarantined', 'unassigned'] as const;

/** Dropped files, newest first; those that wait for somebody are of two states, and come together. */
export function useIntake(shown: IntakeShown) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: [...intakeKey, shown],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }): Promise<{ files: IntakeFile[]; before: number | undefined }> => {
      const states = shown === 'waiting' ? waitingStates : ([shown] as const);
      const asked = await Promise.all(
        states.map(async state => (await connection.call('intake.list', { state, before: pageParam, limit: filePage })).files),
      );
      // Where one list goes on further than another, nothing is skipped: the next page begins where the shorter reach ends.
      const full = asked.filter(files => files.length === filePage).map(files => files.at(-1)!.at);
      const before = full.length > 0 ? Math.max(...full) : undefined;
      const files = asked
        .flat()
        .filter(file => before === undefined || file.at >= before)
        .sort((a, b) => b.at - a.at);
      return { files, before };
    },
    getNextPageParam: page => page.before,
  });
}

/** A dropped file with the beginning of what is in it. */
export function useIntakeFile(intakeId: string) {
  const connection = useConnection();
  return useQuery({ queryKey: ['intake.show', intakeId], queryFn: () => connection.call('intake.show', { intakeId }) });
}
