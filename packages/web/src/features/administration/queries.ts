import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useConnection, useNester } from '../../app/context.ts';

/** All accounts. There are as many pages as it takes: a class or a company, not the world. */
export function useUsers() {
  const connection = useConnection();
  return useQuery({
    queryKey: ['user.list'],
    queryFn: async () => {
      const users: CommandOutput<'user.list'>['users'] = [];
      for (let after: string | undefined; ; ) {
        const page = await connection.call('user.list', { after });
        users.push(...page.users);
        if (page.next === null) return users;
        after = page.next;
      }
    },
  });
}

export function useInvitations() {
  const connection = useConnection();
  return useQuery({ queryKey: ['invitation.list'], queryFn: () => connection.call('invitation.list', {}) });
}

const auditPage = 50;

/** Administrative acts, newest first, older ones when asked. */
export function useAudit() {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: ['audit.list'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => connection.call('audit.list', { before: pageParam, limit: auditPage }),
    getNextPageParam: page => (page.records.length < auditPage ? undefined : page.records.at(-1)?.auditId),
  });
}

/** An administrative act; afterwards all lists of administration are asked again. */
export function useAct<K extends CommandName>(command: K) {
  const connection = useConnection();
  const nester = useNester();
  const client = useQueryClient();
  return useMutation<CommandOutput<K>, unknown, CommandInput<K>>({
    // A class list may be longer than a frame.
    mutationFn: input => (command === 'user.import' ? nester : connection).call(command, input),
    onSettled: () =>
      Promise.all(['user.list', 'invitation.list', 'audit.list'].map(queryKey => client.invalidateQueries({ queryKey: [queryKey] }))),
  });
}
