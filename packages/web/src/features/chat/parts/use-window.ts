import type { Message } from '@aerie/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useConnection, useLive, useStatus } from '../../../app/context.ts';

const none: readonly Message[] = [];
/** So many rows before the first one held, those before it are asked for. */
const nearRows = 10;

/** The messages held of a channel: opens it, and answers how to ask for what stands before them. */
export function useWindow(channelId: string) {
  const connection = useConnection();
  const { status } = useStatus();
  const held = useLive(state => state.windows.get(channelId));
  const [failed, setFailed] = useState<unknown>();
  const loading = useRef(false);

  const open = useCallback(() => {
    setFailed(undefined);
    connection.openChannel(channelId).catch(setFailed);
  }, [connection, channelId]);
  useEffect(open, [open]);

  /** To be called with the first row in sight after each drawing. */
  const reach = useCallback(
    (firstRow: number) => {
      if (!held?.moreBefore || status !== 'live' || firstRow > nearRows || loading.current) return;
      loading.current = true;
      connection
        .loadBefore(channelId)
        // The next drawing, or the line when it is back, asks again.
        .catch(() => {})
        .finally(() => {
          loading.current = false;
        });
    },
    [connection, channelId, held, status],
  );

  return { held, messages: held?.messages ?? none, failed, open, reach };
}
