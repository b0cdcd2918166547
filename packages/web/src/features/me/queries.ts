import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useConnection } from '../../app/context.ts';

/** One's own sessions. */
export function useSessions() {
  const connection = useConnection();
  return useQuery({ queryKey: ['session.list'], queryFn: () => connection.call('session.list', {}) });
}

export function useEndSession() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sessionId: string) => connection.call('session.end', { sessionId }),
    onSettled: () => client.invalidateQueries({ queryKey: ['session.list'] }),
  });
}
