import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { useSay } from '../ui/toast.tsx';
import { useConnection, useNester } from './context.ts';

/** What is asked again after an administrative act. */
const lists = [
  'user.list',
  'invitation.list',
  'audit.list',
  'sanction.list',
  'channel.list',
  'channel.browse',
  'channel.members',
  'connection.list',
  'route.list',
  'delivery.list',
  'mail.show',
  'token.list',
  'intake.list',
  'maintenance.list',
] as const;

function askAgain(client: QueryClient): Promise<unknown> {
  return Promise.all(lists.map(queryKey => client.invalidateQueries({ queryKey: [queryKey] })));
}

/** An administrative act; afterwards all lists of administration are asked again. */
export function useAct<K extends CommandName>(command: K) {
  const connection = useConnection();
  const nester = useNester();
  const client = useQueryClient();
  return useMutation<CommandOutput<K>, unknown, CommandInput<K>>({
    // A class list may be longer than a frame.
    mutationFn: input => (command === 'user.import' ? nester : connection).call(command, input),
    onSettled: () => askAgain(client),
  });
}

/** An act without a form, such as a menu's entry: what was done is said in the corner, what failed too. It outlives the menu. */
export function useDo(): <K extends CommandName>(command: K, input: CommandInput<K>, done: string) => Promise<void> {
  const connection = useConnection();
  const client = useQueryClient();
  const say = useSay();
  const { sentence } = useText();
  return useCallback(
    async (command, input, done) => {
      try {
        await connection.call(command, input);
        say(done);
      } catch (error) {
        say(sentence(error), 'bad');
      }
      await askAgain(client);
    },
    [connection, client, say, sentence],
  );
}
