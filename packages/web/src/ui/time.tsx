import { useSyncExternalStore } from 'react';
import { useText } from '../i18n/use-text.tsx';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all the relative times on the page; it ticks only while something listens. */
function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 20_000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The time, to within 20 s; the component is drawn again as it passes. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A moment: relative in sight, absolute on hover. */
export function Moment({
  at,
  as = 'ago',
  className,
}: {
  at: number;
  as?: 'ago' | 'until' | 'message' | 'clock' | 'near';
  className?: string | undefined;
}) {
  const { times } = useText();
  const current = useNow();
  const words = as === 'clock' ? times.clock(at) : times[as](at, current);
  return (
    <time dateTime={new Date(at).toISOString()} title={times.absolute(at)} className={className}>
      {words}
    </time>
  );
}
