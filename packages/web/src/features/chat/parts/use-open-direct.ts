import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useConnection } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { useSay } from '../../../ui/toast.tsx';

/** Goes to the direct channel with somebody. */
export function useOpenDirect(): (userId: string) => Promise<void> {
  const connection = useConnection();
  const navigate = useNavigate();
  const { sentence } = useText();
  const say = useSay();
  return useCallback(
    async userId => {
      try {
        const { channelId } = await connection.call('channel.openDirect', { userId });
        await navigate({ to: '/c/$channel', params: { channel: channelId } });
      } catch (error) {
        say(sentence(error), 'bad');
      }
    },
    [connection, navigate, say, sentence],
  );
}
