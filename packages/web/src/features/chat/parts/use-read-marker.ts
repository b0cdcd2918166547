import type { OwnChannel } from '@aerie/contract';
import { useEffect, useState } from 'react';
import { useConnection, useStatus } from '../../../app/context.ts';

/** Messages that are in sight this long count as read. */
const glanceMs = 400;

function inSight(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function useInSight(): boolean {
  const [seen, setSeen] = useState(inSight);
  useEffect(() => {
    const look = () => setSeen(inSight());
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return seen;
}

/**
 * Moves the read marker when the end of the channel is seen, and remembers where it stood when one came,
 * for the line above what is new. `lastSeq` is the newest message's, where the newest is held.
 */
export function useReadMarker(channel: OwnChannel, lastSeq: number | undefined, atEnd: boolean): { newAfter: number | undefined } {
  const connection = useConnection();
  const { status } = useStatus();
  const seen = useInSight();
  const { channelId, readSeq, unread } = channel;
  const [newAfter, setNewAfter] = useState(unread > 0 ? readSeq : undefined);
  const [wasSeen, setWasSeen] = useState(seen);

  // Whoever looks away and comes back finds the line above what came meanwhile.
  if (wasSeen !== seen) {
    setWasSeen(seen);
    if (!seen) setNewAfter(Math.max(readSeq, unread === 0 ? (lastSeq ?? 0) : 0));
  }

  useEffect(() => {
    if (!seen || !atEnd || status !== 'live' || unread === 0 || lastSeq === undefined || lastSeq <= readSeq) return;
    const timer = setTimeout(() => {
      // When it is lost, the marker moves the next time: the state still says unread.
      connection.call('channel.markRead', { channelId, readSeq: lastSeq }).catch(() => {});
    }, glanceMs);
    return () => clearTimeout(timer);
  }, [connection, channelId, seen, atEnd, status, unread, readSeq, lastSeq]);

  return { newAfter };
}
