import { useEffect, useState } from 'react';
import { useStore } from '../app/store.ts';
import { read } from './api.ts';
import { edition } from './live.ts';

interface Data<T> {
  data: T | undefined;
  error: unknown;
  again: () => void;
}

/** What was read, so that a page that is opened again paints at once. */
const known = new Map<string, unknown>();

/** Reads from the Harvester, and again when something there is otherwise. What is shown stays until its successor is there. */
export function useData<T>(path: string): Data<T> {
  const current = useStore(edition);
  const [tries, setTries] = useState(0);
  const [got, setGot] = useState<{ path: string; data?: T; error?: unknown }>({ path });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another edition, or another try, is a reason to read again
  useEffect(() => {
    let isOver = false;
    read<T>(path).then(
      data => {
        known.set(path, data);
        if (!isOver) setGot({ path, data });
      },
      (error: unknown) => {
        if (!isOver) setGot({ path, error });
      },
    );
    return () => {
      isOver = true;
    };
  }, [path, current, tries]);
  const mine = got.path === path ? got : undefined;
  const data = mine?.data ?? (known.get(path) as T | undefined);
  return { data, error: data === undefined ? mine?.error : undefined, again: () => setTries(tries + 1) };
}

/** Forgets what was read: whoever comes next must ask for it. */
export function forgetData(): void {
  known.clear();
}
