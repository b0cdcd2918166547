import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useConnection, useStatus } from '../../app/context.ts';
import { useFigures } from '../../i18n/figures.ts';

/** How long a page stands: long enough to be read across a room. */
const turnMs = 12_000;
/** A loss shorter than this is not worth a word. */
const patienceMs = 2_000;

const listeners = new Set<() => void>();
let second = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    second = Date.now();
    timer = setInterval(() => {
      second = Date.now();
      for (const each of listeners) each();
    }, 1_000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The time, to the second. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second);
}

/** The size of an element, as it changes. */
export function useRoom(element: HTMLElement | null): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!element) return;
    const look = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    look();
    const sized = new ResizeObserver(look);
    sized.observe(element);
    return () => sized.disconnect();
  }, [element]);
  return size;
}

/** Which of so many pages has its turn. */
export function useTurns(pages: number): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (pages < 2) return;
    const timer = setInterval(() => setTurn(held => held + 1), turnMs);
    return () => clearInterval(timer);
  }, [pages]);
  return turn % Math.max(pages, 1);
}

/** How old what is shown is: since the last word of the server; and whether the line to it is lost. */
export function useAge(snapshotAt: number): { lost: boolean; words: string } {
  const connection = useConnection();
  const { status } = useStatus();
  const { span } = useFigures();
  const now = useSecond();
  const heardAt = useRef(0);
  useEffect(
    () =>
      connection.onEvent(() => {
        heardAt.current = Date.now();
      }),
    [connection],
  );
  const lostAt = useRef<number>(undefined);
  if (status === 'live') lostAt.current = undefined;
  else lostAt.current ??= Date.now();
  const lost = lostAt.current !== undefined && now - lostAt.current >= patienceMs;
  return { lost, words: span(Math.max(0, now - Math.max(heardAt.current, snapshotAt))) };
}

/** Asks the screen not to sleep while the wall is up; where the browser cannot, the machine's own setting holds. */
export function useKeptAwake(): void {
  useEffect(() => {
    let held: WakeLockSentinel | undefined;
    let over = false;
    const ask = () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      navigator.wakeLock.request('screen').then(
        lock => {
          held = lock;
          if (over) void lock.release();
        },
        () => {},
      );
    };
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      void held?.release();
    };
  }, []);
}
