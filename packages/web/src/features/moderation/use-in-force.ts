import { useEffect, useState } from 'react';

/** The longest that a timer can wait. */
const timerMs = 2 ** 31 - 1;

/** Whether a mute or a ban still runs; the page is drawn again when it ends. */
export function useInForce(until: number | undefined): boolean {
  const [, drawAgain] = useState(0);
  const runs = until !== undefined && until > Date.now();
  useEffect(() => {
    if (until === undefined || !runs) return;
    const timer = setTimeout(() => drawAgain(count => count + 1), Math.min(until - Date.now() + 20, timerMs));
    return () => clearTimeout(timer);
  }, [until, runs]);
  return runs;
}
