import { useState } from 'react';
import { kept } from '../../app/kept.ts';

/** Which steps are done, kept in this browser: of one runbook, and of what it is read for (an incident, a site). */
export function useTicks(name: string, about: string): { done: ReadonlySet<number>; toggle(step: number): void; clear(): void } {
  const key = `runbook.${name}.${about}`;
  const [done, setDone] = useState(() => read(key));
  const put = (next: ReadonlySet<number>) => {
    setDone(next);
    kept.write(key, next.size === 0 ? undefined : [...next].join(','));
  };
  return {
    done,
    toggle(step) {
      const next = new Set(done);
      if (!next.delete(step)) next.add(step);
      put(next);
    },
    clear: () => put(new Set()),
  };
}

function read(key: string): ReadonlySet<number> {
  return new Set((kept.read(key) ?? '').split(',').filter(Boolean).map(Number));
}
