import type { AppError, EventBody, LoggedEventName } from '@aerie/contract';
import type { CompiledQuery } from 'kysely';
import type { Tables } from './schema.ts';

/** Who may see an event: everybody logged in, the members of a channel, one user's sessions, those who look after sites, or one probe. */
export type Topic = 'all' | `channel:${string}` | `user:${string}` | 'sites' | `probe:${string}`;

export type TableName = keyof Tables;
export type Row = Record<string, string | number | null | Uint8Array>;

/** An event that a unit wants to write. `seq` is given at commit; until then it is 0. */
export interface EventDraft {
  readonly name: LoggedEventName;
  readonly topic: Topic;
  readonly alsoTopic: Topic | null;
  /** What the log keeps. */
  readonly ids: Record<string, string | number | null>;
  /** What those who are connected get at once; built after the commit, when `seq` is known. */
  readonly body: (seq: number) => Record<string, unknown>;
  /** False where a row of the unit, which carries this event's seq, is its entry in the log. */
  readonly isLogged: boolean;
  seq: number;
}

export type Operation =
  | { kind: 'insert'; table: TableName; row: () => Row; once: Once | undefined }
  | { kind: 'run'; query: () => CompiledQuery; orElse: AppError | undefined };

/** A stretch of seqs. `first` is given at commit; until then it is 0. */
export interface Reservation {
  count: number;
  first: number;
}

/** An insert that is skipped when a row with the same `key` columns is there already; `id` is the column that tells rows apart. */
export interface Once {
  key: readonly string[];
  id: string;
}

/**
 * What one command wants to change: rows and events that become durable together or not at all.
 * It is only data. A command prepares it outside any transaction and hands it to the committer in one go.
 */
export class Unit {
  readonly operations: Operation[] = [];
  readonly events: EventDraft[] = [];
  readonly reservation: Reservation = { count: 0, first: 0 };
  #settled: ((written: boolean) => void)[] | undefined;

  /** Adds a row. A function is called at commit, when the seqs of this unit's events are known. */
  insert<T extends TableName>(table: T, row: Tables[T] | (() => Tables[T])): this {
    const make = (typeof row === 'function' ? row : () => row) as unknown as () => Row;
    this.operations.push({ kind: 'insert', table, row: make, once: undefined });
    return this;
  }

  /** Adds a row unless one with the same key is there; then the unit counts as a duplicate and none of it is written. Besides it the unit may hold only events and, after it, inserts. */
  insertOnce<T extends TableName>(
    table: T,
    row: () => Tables[T],
    once: { key: readonly (keyof Tables[T] & string)[]; id: keyof Tables[T] & string },
  ): this {
    this.operations.push({ kind: 'insert', table, row: row as unknown as () => Row, once });
    return this;
  }

  /**
   * Adds a compiled update or delete; a function is called at commit, as for rows. With `orElse`, it must touch at least
   * one row; otherwise the whole unit fails with that error.
   */
  run(query: CompiledQuery | (() => CompiledQuery), orElse?: AppError): this {
    this.operations.push({ kind: 'run', query: typeof query === 'function' ? query : () => query, orElse });
    return this;
  }

  /**
   * Takes seqs, below those of this unit's events, for more than can be told one by one. No event has them: the log begins
   * anew behind them, and of this unit everybody hears only that there is more than they know.
   */
  reserve(count: number): Reservation {
    this.reservation.count += count;
    return this.reservation;
  }

  event<K extends LoggedEventName>(
    name: K,
    topics: readonly [Topic, Topic?],
    ids: Record<string, string | number | null>,
    body: (seq: number) => EventBody<K>,
  ): EventDraft {
    return this.#add({
      name,
      topic: topics[0],
      alsoTopic: topics[1] ?? null,
      ids,
      body: body as EventDraft['body'],
      isLogged: true,
      seq: 0,
    });
  }

  /** An event whose entry in the log is a row of this unit that carries its seq (a message is one): those who resume are told of it from that row. */
  eventOfRow<K extends LoggedEventName>(
    name: K,
    topic: Topic,
    ids: Record<string, string | number | null>,
    body: (seq: number) => EventBody<K>,
  ): EventDraft {
    return this.#add({ name, topic, alsoTopic: null, ids, body: body as EventDraft['body'], isLogged: false, seq: 0 });
  }

  #add(draft: EventDraft): EventDraft {
    this.events.push(draft);
    return draft;
  }

  /** Hears, once, whether the unit became durable: after the projections followed it, before the caller does. */
  onSettled(listener: (written: boolean) => void): this {
    this.#settled ??= [];
    this.#settled.push(listener);
    return this;
  }

  /** For the committer: says how it ended. */
  settle(written: boolean): void {
    for (const listener of this.#settled?.splice(0) ?? []) listener(written);
  }
}

/** An event that is durable now. */
export interface CommittedEvent {
  readonly seq: number;
  readonly at: number;
  readonly name: LoggedEventName;
  readonly topic: Topic;
  readonly alsoTopic: Topic | null;
  readonly ids: Record<string, string | number | null>;
  readonly body: Record<string, unknown>;
  /** The session that caused it, for doors that must not echo. */
  readonly origin: string | undefined;
}

/** Where those who only follow the log hear of what is durable and may be shown. */
export interface PublishedEvents {
  onPublished(listener: (events: readonly CommittedEvent[]) => void): void;
  /** Hears, in order with `onPublished`, that there is now more than can be told one by one: whoever follows the log must begin again. */
  onUntold(listener: () => void): void;
}

export interface CommitResult {
  /** False when an `insertOnce` found its row there already; then nothing of the unit was written. */
  written: boolean;
}
