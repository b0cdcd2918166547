import { atLeast } from '@aerie/contract/roles';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConnection, useMe } from '../../app/context.ts';

/** A thousand files may come at once: they are counted again this often. */
const settleMs = 1_000;

export const intakeKey = ['intake.list'] as const;

/** How many dropped files wait for somebody; asked again whenever one was taken up. */
export function useWaitingFiles(): number {
  const connection = useConnection();
  const client = useQueryClient();
  const enabled = atLeast(useMe().role, 'technician');
  useEffect(() => {
    if (!enabled) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = connection.onEvent(frame => {
      if (frame.event !== 'intake.changed') return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: intakeKey });
      }, settleMs);
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [connection, client, enabled]);
  const { data } = useQuery({
    queryKey: [...intakeKey, 'count'],
    enabled,
    queryFn: async () => (await connection.call('intake.list', { limit: 1 })).waiting,
  });
  return data ?? 0;
}
