import type { EventBody, SeenPresence, TransientEventName } from '@aerie/contract';
import type { Topic } from '../store/unit.ts';

/** A word to those who are connected now: coalesced state, never logged, dropped for whoever is slow. */
export interface Whisper<K extends TransientEventName = TransientEventName> {
  topic: Topic;
  event: K;
  body: EventBody<K>;
  /** A connection that does not hear it: the one it came from. */
  except?: string;
}

/** How somebody looks who has no account. */
export interface SeenByName {
  name: string;
  state: SeenPresence;
}

/** What rooms tell each other and the doors besides the log. */
export interface BusTopics {
  /** Log-ins that are over: all of a user's (but `except`), or one. */
  'sessions.ended': {
    userId: string;
    sessionId?: string;
    except?: string;
    reason: 'logged_out' | 'ended' | 'disabled' | 'password_changed' | 'kicked' | 'banned';
    /** In the words of who did it. */
    why?: string;
    /** Of a ban. */
    until?: number;
  };
  /** A network may not come in until then. */
  'address.banned': { network: string; why: string; until: number };
  'connection.opened': { userId: string; connectionId: string };
  'connection.closed': { userId: string; connectionId: string };
  'probe.connected': { probeId: string; siteId: string; connectionId: string };
  'probe.disconnected': { probeId: string; siteId: string; connectionId: string };
  /** A probe has come by another connection: the ones before it are closed. */
  'probe.replaced': { probeId: string; connectionId: string };
  /** A probe's key is of no use any more: its connections end. */
  'probe.revoked': { probeId: string };
  /** What several people look like now, gathered over a moment. */
  'presence.moved': readonly { userId: string; state: SeenPresence }[];
  /** A guest's connection is gone, or logged in. */
  'guest.left': { guestId: string };
  /** What several guests look like now, and as whom they were known before, gathered over a moment. */
  'guests.moved': readonly { guestId: string; before: SeenByName | undefined; now: SeenByName | undefined }[];
  whispered: Whisper;
}

type Listener = (message: never) => void;

/** The bus between the parts of one Nester, and later between several. Delivery is at once, in order of publishing. */
export interface Bus {
  publish<K extends keyof BusTopics>(topic: K, message: BusTopics[K]): void;
  /** Returns a function that ends the subscription. */
  subscribe<K extends keyof BusTopics>(topic: K, listener: (message: BusTopics[K]) => void): () => void;
}

/** A bus inside one process. A listener that throws is reported; the others still hear. */
export function localBus(onFault: (error: unknown) => void): Bus {
  const listeners = new Map<keyof BusTopics, Set<Listener>>();
  return {
    publish(topic, message) {
      for (const listener of listeners.get(topic) ?? []) {
        try {
          listener(message as never);
        } catch (error) {
          onFault(error);
        }
      }
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set);
      set.add(listener as Listener);
      return () => set.delete(listener as Listener);
    },
  };
}
