import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Drafts } from './drafts.ts';
import type { Unsent } from './unsent.ts';

/** What this browser keeps for the conversation of one person. */
export interface Written {
  drafts: Drafts;
  unsent: Unsent;
}

export const WrittenContext = createContext<Written | undefined>(undefined);

export function useWritten(): Written {
  const written = useContext(WrittenContext);
  if (!written) throw new Error('useWritten outside WrittenContext');
  return written;
}

/** The channels that have a draft. */
export function useDraftChannels(): ReadonlySet<string> {
  const { drafts } = useWritten();
  return useSyncExternalStore(drafts.subscribe, drafts.channels);
}

/** What an earlier page could not send. */
export function useUnsent() {
  const { unsent } = useWritten();
  return useSyncExternalStore(unsent.subscribe, unsent.list);
}
