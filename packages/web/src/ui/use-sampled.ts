import { useEffect, useRef, useState } from 'react';

/** A value that changes often, followed at most once in so many milliseconds: the first change at once, the last one always. */
export function useSampled<T>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value);
  const takenAt = useRef(0);
  useEffect(() => {
    const take = () => {
      takenAt.current = performance.now();
      setShown(() => value);
    };
    const wait = takenAt.current + everyMs - performance.now();
    if (takenAt.current === 0 || wait <= 0) {
      take();
      return;
    }
    const timer = setTimeout(take, wait);
    return () => clearTimeout(timer);
  }, [value, everyMs]);
  return shown;
}
