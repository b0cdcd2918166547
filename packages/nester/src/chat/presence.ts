import type { PresenceState, SeenPresence } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import { keepJson } from '../kept-json.ts';
import { type Move, Moves } from '../moves.ts';

/** With a thousand who are here, changes are gathered for a quarter of a second: each time all of them are told. */
const leastGatherMs = 50;
const mostGatherMs = 500;
const gatherMsPerUser = 0.2;
/** Nobody is told of the same person more often than this, but by the list of who is here. */
const everyMs = 1_000;

/**
 * Who is here, by connection. Never logged: coalesced over a moment and then told.
 * Somebody with several connections looks as the most present of them; an invisible connection counts as absent.
 */
export class Presence {
  readonly #bus: Bus;
  readonly #connections = new Map<string, Map<string, PresenceState>>();
  #presentList: readonly { userId: string; state: SeenPresence }[] | undefined;
  readonly #moves: Moves<SeenPresence>;
  #toldList: { userId: string; state: SeenPresence }[] | undefined;
  readonly #unsubscribe: (() => void)[];

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#moves = new Moves<SeenPresence>({
      gatherMs: () => Math.min(mostGatherMs, leastGatherMs + gatherMsPerUser * this.#connections.size),
      everyMs,
      stateOf: userId => {
        const state = this.seen(userId);
        return state === 'offline' ? undefined : state;
      },
      tell: moves => this.#tell(moves),
    });
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
    this.#presentList = undefined;
    this.#moves.touch(userId);
  }

  seen(userId: string): SeenPresence {
    const own = this.#connections.get(userId);
    if (!own) return 'offline';
    const states = new Set(own.values());
    for (const state of ['dnd', 'online', 'away'] as const) if (states.has(state)) return state;
    return 'offline';
  }

  /** Everybody who is not offline: the same list until somebody moves. */
  present(): readonly { userId: string; state: SeenPresence }[] {
    this.#presentList ??= this.#listPresent();
    return this.#presentList;
  }

  #listPresent(): { userId: string; state: SeenPresence }[] {
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
    this.#toldList ??= keepJson([...this.#moves.told].map(([userId, state]) => ({ userId, state })));
    return this.#toldList;
  }

  stop(): void {
    this.#moves.stop();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #tell(moves: readonly Move<SeenPresence>[]): void {
    this.#toldList = undefined;
    this.#bus.publish(
      'presence.moved',
      moves.map(({ key, state }) => ({ userId: key, state: state ?? 'offline' })),
    );
  }
}
