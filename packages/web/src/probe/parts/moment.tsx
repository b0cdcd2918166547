import { useNow } from '../../ui/time.tsx';
import { useWords } from '../words.tsx';

/** A moment: relative in sight, absolute on hover. */
export function Moment({ at, className }: { at: number; className?: string | undefined }) {
  const { times } = useWords();
  return (
    <time dateTime={new Date(at).toISOString()} title={times.absolute(at)} className={className}>
      {times.ago(at, useNow())}
    </time>
  );
}
