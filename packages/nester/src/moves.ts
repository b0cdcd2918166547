/** How something looked when it was last told, and how it looks now; undefined is absent. */
export interface Move<S> {
  key: string;
  before: S | undefined;
  state: S | undefined;
}

/**
 * Tells what others see change: gathered over a moment, and of each key at most once in a while, so that somebody who
 * changes twenty times a second is not twenty lines a second to everybody. The last state always gets told.
 */
export class Moves<S extends string> {
  readonly #gatherMs: () => number;
  readonly #everyMs: number;
  readonly #stateOf: (key: string) => S | undefined;
  readonly #tell: (moves: readonly Move<S>[]) => void;
  readonly #told = new Map<string, S>();
  /** When those were told that may not be told again yet; the longest ago first. */
  readonly #toldAt = new Map<string, number>();
  readonly #touched = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(parts: {
    /** How long they are gathered, in milliseconds: the more are told, the dearer each telling is. */
    gatherMs: () => number;
    everyMs: number;
    stateOf: (key: string) => S | undefined;
    tell: (moves: readonly Move<S>[]) => void;
  }) {
    this.#gatherMs = parts.gatherMs;
    this.#everyMs = parts.everyMs;
    this.#stateOf = parts.stateOf;
    this.#tell = parts.tell;
  }

  /** What was told last, of all that is not absent. */
  get told(): ReadonlyMap<string, S> {
    return this.#told;
  }

  /** Something may look different now. */
  touch(key: string): void {
    this.#touched.add(key);
    this.#tellIn(this.#gatherMs());
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tellIn(ms: number): void {
    // Not the clock on the wall: that may be set back.
    const dueAt = performance.now() + ms;
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.#tellDue(), ms);
  }

  #tellDue(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    this.#forget(now);
    const moves: Move<S>[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const key of this.#touched) {
      const state = this.#stateOf(key);
      const before = this.#told.get(key);
      const toldAt = this.#toldAt.get(key);
      if (state !== before && toldAt !== undefined) {
        nextMs = Math.min(nextMs, toldAt + this.#everyMs - now);
        continue;
      }
      this.#touched.delete(key);
      if (state === before) continue;
      if (state === undefined) this.#told.delete(key);
      else this.#told.set(key, state);
      this.#toldAt.set(key, now);
      moves.push({ key, before, state });
    }
    if (this.#touched.size > 0) this.#tellIn(Math.max(this.#gatherMs(), nextMs));
    if (moves.length > 0) this.#tell(moves);
  }

  #forget(now: number): void {
    for (const [key, at] of this.#toldAt) {
      if (now - at < this.#everyMs) return;
      this.#toldAt.delete(key);
    }
  }
}
