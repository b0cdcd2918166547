import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConnection } from '../../app/context.ts';

/** Public channels that one may join. */
export function useBrowse(enabled = true) {
  const connection = useConnection();
  return useQuery({ queryKey: ['channel.browse'], queryFn: () => connection.call('channel.browse', {}), enabled });
}

/** Who belongs to a channel; asked again when somebody joins or leaves it. */
export function useMembers(channelId: string, enabled = true) {
  const connection = useConnection();
  const client = useQueryClient();
  useEffect(
    () =>
      connection.onEvent(frame => {
        if (frame.event === 'member.joined' && frame.channel.channelId === channelId)
          client.invalidateQueries({ queryKey: ['channel.members', channelId] });
        if (frame.event === 'member.left' && frame.channelId === channelId)
          client.invalidateQueries({ queryKey: ['channel.members', channelId] });
      }),
    [connection, client, channelId],
  );
  return useQuery({
    queryKey: ['channel.members', channelId],
    queryFn: () => connection.call('channel.members', { channelId }),
    enabled,
  });
}
