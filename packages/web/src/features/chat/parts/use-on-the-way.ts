import type { Pending } from '@aerie/client';
import type { Message } from '@aerie/contract';
import { useEffect, useMemo } from 'react';
import { useConnection, useOutbox } from '../../../app/context.ts';
import { useUnsent, useWritten } from '../context.ts';

/** What one has said in a channel and has not arrived: now, or before the page was loaded. */
export function useOnTheWay(channelId: string, messages: readonly Message[]) {
  const connection = useConnection();
  const { unsent } = useWritten();
  const outbox = useOutbox();
  const left = useUnsent();

  useEffect(() => unsent.arrived(messages), [unsent, messages]);

  const list = useMemo<readonly Pending[]>(
    () => [...left, ...outbox].filter(each => each.channelId === channelId),
    [left, outbox, channelId],
  );
  return useMemo(() => {
    const isLeft = ({ nonce }: Pending) => left.some(each => each.nonce === nonce);
    return {
      list,
      isLeft,
      retry: (pending: Pending) => {
        if (!isLeft(pending)) return connection.retry(pending.nonce);
        connection.send(channelId, pending.content);
        unsent.drop(pending.nonce);
      },
      discard: (pending: Pending) => (isLeft(pending) ? unsent.drop(pending.nonce) : connection.discard(pending.nonce)),
    };
  }, [list, left, connection, channelId, unsent]);
}
