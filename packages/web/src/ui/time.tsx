import { useSyncExternalStore } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { Clock } from './clock.ts';

const clock = new Clock();

/** The time, to within 20 s; the component is drawn again as it passes. */
export function useNow(): number {
  return useSyncExternalStore(clock.subscribe, clock.read);
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
