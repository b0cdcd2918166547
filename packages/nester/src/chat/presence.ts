import type { PresenceState, SeenPresence } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import { keepJson } from '../kept-json.ts';

const gatherMs = 50;

/**
 * Who is here, by connection. Never logged: coalesced over a moment and then told.
 * Somebody with several connections looks as the most present of them; an invisible connection counts as absent.
 */
export class Presence {
  readonly #bus: Bus;
  readonly #connections = new Map<string, Map<string, PresenceState>>();
  /** What each was last told to look like; absent means offline. */
  readonly #told = new Map<string, SeenPresence>();
  #toldList: { userId: string; state: SeenPresence }[] | undefined;
  readonly #moved = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  readonly #unsubscribe: (() => void)[];

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#unsubscribe = [
      bus.subscribe('connection.opened', ({ userId, connectionId }) => this.#keep(userId, connectionId, 'online')),
      bus.subscribe('connection.closed', ({ userId, connectionId }) => this.#keep(userId, connectionId, undefined)),
    ];
  }

  /** Says how a connection is; one that is gone meanwhile says nothing any more. */
  set(userId: string, connectionId: string, state: PresenceState): void {
    if (this.#connections.get(userId)?.has(connectionId)) this.#keep(userId, connectionId, state);
  }

  /** @param state undefined: the connection is gone */
  #keep(userId: string, connectionId: string, state: PresenceState | undefined): void {
    let own = this.#connections.get(userId);
    if (state === undefined) {
      own?.delete(connectionId);
      if (own?.size === 0) this.#connections.delete(userId);
    } else {
      if (!own) {
        own = new Map();
        this.#connections.set(userId, own);
      }
      own.set(connectionId, state);
    }
    this.#moved.add(userId);
    this.#timer ??= setTimeout(() => this.#tell(), gatherMs);
  }

  seen(userId: string): SeenPresence {
    const own = this.#connections.get(userId);
    if (!own) return 'offline';
    const states = new Set(own.values());
    for (const state of ['dnd', 'online', 'away'] as const) if (states.has(state)) return state;
    return 'offline';
  }

  /** Everybody who is not offline. */
  present(): { userId: string; state: SeenPresence }[] {
    const list = [];
    for (const userId of this.#connections.keys()) {
      const state = this.seen(userId);
      if (state !== 'offline') list.push({ userId, state });
    }
    return list;
  }

  /**
   * Everybody who is not offline by what was told last: where a screen begins that hears the rest. What has changed since
   * and changes back before it is told would otherwise never reach that screen.
   */
  told(): { userId: string; state: SeenPresence }[] {
    this.#toldList ??= keepJson([...this.#told].map(([userId, state]) => ({ userId, state })));
    return this.#toldList;
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #tell(): void {
    this.#timer = undefined;
    const moved = [];
    for (const userId of this.#moved) {
      const state = this.seen(userId);
      if ((this.#told.get(userId) ?? 'offline') === state) continue;
      if (state === 'offline') this.#told.delete(userId);
      else this.#told.set(userId, state);
      moved.push({ userId, state });
    }
    this.#moved.clear();
    this.#toldList = undefined;
    if (moved.length > 0) this.#bus.publish('presence.moved', moved);
  }
}
