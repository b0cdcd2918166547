import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNester } from '../../app/context.ts';

/** One's own sessions. */
export function useSessions() {
  const nester = useNester();
  return useQuery({ queryKey: ['session.list'], queryFn: () => nester.call('session.list', {}) });
}

export function useEndSession() {
  const nester = useNester();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sessionId: string) => nester.call('session.end', { sessionId }),
    onSettled: () => client.invalidateQueries({ queryKey: ['session.list'] }),
  });
}
