import type { PresenceState } from '@aerie/contract';
import { useEffect, useRef } from 'react';
import { useConnection, useStatus } from './context.ts';
import { kept } from './kept.ts';
import { createStore, useStore } from './store.ts';

const states: readonly PresenceState[] = ['online', 'away', 'dnd', 'invisible'];

/** What one says of oneself, on this browser. */
export const ownPresence = createStore<PresenceState>('online');

/** Away by itself after this long without a sign of life. */
const idleMs = 10 * 60_000;
const signs = ['pointerdown', 'pointermove', 'keydown', 'focus'] as const;

/** Tells the server whether one is here: what was chosen, and away when nothing moves any more. It holds for one line, so each new line is told. */
export function useOwnPresence(): void {
  const connection = useConnection();
  const { status } = useStatus();
  const chosen = useStore(ownPresence);

  useEffect(() => {
    const before = kept.read('presence') as PresenceState | undefined;
    if (before && states.includes(before)) ownPresence.set(before);
  }, []);

  // A new line begins as online.
  const told = useRef<PresenceState>('online');
  useEffect(() => {
    if (status !== 'live') {
      told.current = 'online';
      return;
    }
    const tell = (state: PresenceState) => {
      if (state === told.current) return;
      told.current = state;
      connection.call('presence.set', { state }).catch(() => {});
    };
    tell(chosen);
    if (chosen !== 'online') return;
    let timer = setTimeout(() => tell('away'), idleMs);
    const sign = () => {
      clearTimeout(timer);
      timer = setTimeout(() => tell('away'), idleMs);
      tell('online');
    };
    for (const each of signs) window.addEventListener(each, sign, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const each of signs) window.removeEventListener(each, sign);
    };
  }, [connection, status, chosen]);
}

/** Chooses what others see, and keeps it. */
export function choosePresence(state: PresenceState): void {
  kept.write('presence', state === 'online' ? undefined : state);
  ownPresence.set(state);
}
