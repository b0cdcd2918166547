/** What rooms tell each other and the doors besides the log: coalesced state, and orders to connections. */
export interface BusTopics {
  /** Log-ins that are over: all of a user's (but `except`), or one. */
  'sessions.ended': {
    userId: string;
    sessionId?: string;
    except?: string;
    reason: 'logged_out' | 'ended' | 'disabled' | 'password_changed';
  };
}

export type BusListener<K extends keyof BusTopics> = (message: BusTopics[K]) => void;

/** The bus between the parts of one Nester, and later between several. Delivery is at once, in order of publishing. */
export interface Bus {
  publish<K extends keyof BusTopics>(topic: K, message: BusTopics[K]): void;
  /** Returns a function that ends the subscription. */
  subscribe<K extends keyof BusTopics>(topic: K, listener: BusListener<K>): () => void;
}

/** A bus inside one process. A listener that throws is reported; the others still hear. */
export function localBus(onFault: (error: unknown) => void): Bus {
  const listeners = new Map<keyof BusTopics, Set<(message: never) => void>>();
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
      set.add(listener as (message: never) => void);
      return () => set.delete(listener as (message: never) => void);
    },
  };
}
