import { useEffect, useRef } from 'react';
import { SkeletonRows } from './blank.tsx';

/** The end of a list that goes on: asks for more whenever it comes into sight. Give it the list's length as its `key`, so that it asks again while it is still there. */
export function MoreRows({ onReach }: { onReach: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onReach);
  latest.current = onReach;
  useEffect(() => {
    const observer = new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) latest.current();
    });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={end}>
      <SkeletonRows count={2} />
    </div>
  );
}
