import { AppError } from '@aerie/contract';
import type { CompiledQuery } from 'kysely';
import { takeSeqs } from './log.ts';
import type { Store } from './store.ts';
import { storageFailed } from './trouble.ts';
import type { CommitResult, CommittedEvent, EventDraft, Once, Operation, PublishedEvents, Row, TableName, Unit } from './unit.ts';
import type { Writing } from './writing.ts';

const unitsPerBatch = 1_000;
const unitsWaiting = 50_000;
/** Turns of the event loop that a batch may wait for more units. */
const turnsPerBatch = 4;
/** After so many rows of one commit, sockets are read again: a very large unit must not stop all talk with everybody. */
const rowsPerTurn = 4_096;

const written: CommitResult = Object.freeze({ written: true });
const unwritten: CommitResult = Object.freeze({ written: false });

const loopTurn = () => new Promise<void>(resolve => setImmediate(resolve));

interface Waiting {
  unit: Unit;
  origin: string | undefined;
  resolve(result: CommitResult): void;
  reject(error: Error): void;
}

/** Thrown inside a batch when it is known which unit is at fault. */
class UnitFault extends Error {
  readonly unit: Unit;
  readonly fault: Error;
  constructor(unit: Unit, fault: Error) {
    super(fault.message);
    this.unit = unit;
    this.fault = fault;
  }
}

/** What a commit has to tell; `untold` where it is more than can be told. */
interface Outgoing {
  events: CommittedEvent[];
  untold: boolean;
}

type Step =
  | { kind: 'insert'; table: TableName; once: Once | undefined; operations: (Operation & { kind: 'insert' })[]; units: Unit[] }
  | { kind: 'run'; query: CompiledQuery; unit: Unit; orElse: AppError | undefined };

/**
 * The group commit. Units that arrive while a commit is under way wait and are written together: one transaction,
 * each table's rows together, one fsync. Events get their `seq` here, under the lock of the log's one row, so that
 * the order of seq is the order of commits. A unit that fails is dropped alone.
 *
 * After the fsync, in this order: `applied` listeners (projections, synchronously), the callers' promises (acks),
 * then, a turn of the event loop later, `published` listeners (fan-out).
 */
export class Committer implements PublishedEvents {
  readonly #store: Store;
  readonly #now: () => number;
  #queue: Waiting[] = [];
  #busy = false;
  #stopping = false;
  #idle: (() => void)[] = [];
  #applied: ((events: readonly CommittedEvent[]) => void)[] = [];
  #published: ((events: readonly CommittedEvent[]) => void)[] = [];
  #untold: (() => void)[] = [];
  #written: ((wrote: { units: number; seconds: number }) => void)[] = [];
  #outgoing: Outgoing[] = [];
  #outgoingSeq: number;
  #publishedSeq: number;
  #publishWaiters: { seq: number; resolve(): void }[] = [];
  readonly #onFault: (error: unknown) => void;

  /**
   * @param seq where the log stands at the start: all up to it counts as published.
   * @param onFault told of a listener that threw (the others, and the commit, go on), and once of a batch that could not be stored.
   */
  constructor(store: Store, seq: number, now: () => number, onFault: (error: unknown) => void) {
    this.#onFault = onFault;
    this.#store = store;
    this.#now = now;
    this.#publishedSeq = seq;
    this.#outgoingSeq = seq;
  }

  onApplied(listener: (events: readonly CommittedEvent[]) => void): void {
    this.#applied.push(listener);
  }

  onPublished(listener: (events: readonly CommittedEvent[]) => void): void {
    this.#published.push(listener);
  }

  onUntold(listener: () => void): void {
    this.#untold.push(listener);
  }

  /** Hears of each commit how many units it made durable, and how long that took. */
  onWritten(listener: (wrote: { units: number; seconds: number }) => void): void {
    this.#written.push(listener);
  }

  /**
   * Resolves when the unit is on disk. When it, or the disk, failed, nothing of it was written: rejects with an AppError,
   * or, for a value that no database takes, with the error itself.
   */
  commit(unit: Unit, origin?: string): Promise<CommitResult> {
    if (this.#stopping || this.#queue.length >= unitsWaiting) {
      this.#tellEnd(unit, false);
      return Promise.reject(new AppError(this.#stopping ? 'stopping' : 'busy'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ unit, origin, resolve, reject });
      if (!this.#busy) {
        this.#busy = true;
        setImmediate(() => void this.#drain());
      }
    });
  }

  /** Everything up to here has been given to the published listeners. */
  get publishedSeq(): number {
    return this.#publishedSeq;
  }

  /** Resolves when everything up to `seq` has been given to the published listeners. */
  whenPublished(seq: number): Promise<void> {
    if (this.#publishedSeq >= seq) return Promise.resolve();
    return new Promise(resolve => this.#publishWaiters.push({ seq, resolve }));
  }

  /** Takes no more, and resolves when all that was taken is on disk and published. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#busy) await new Promise<void>(resolve => this.#idle.push(resolve));
    this.#publish();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather();
      await this.#commitBatch(this.#queue.splice(0, unitsPerBatch));
      // The fan-out of that batch comes first: its readers may have more to say.
      if (this.#queue.length > 0) await loopTurn();
    }
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /**
   * Lets sockets be read for as long as a turn of the event loop brings more. One large batch costs less than two small
   * ones, on disk and above all in the sockets of a large channel; a lone unit waits for one empty turn.
   */
  async #gather(): Promise<void> {
    for (let turn = 0, seen = 0; turn < turnsPerBatch && seen < this.#queue.length; turn++) {
      seen = this.#queue.length;
      await loopTurn();
    }
  }

  async #commitBatch(batch: Waiting[]): Promise<void> {
    let skipped: ReadonlySet<Unit>;
    const begunAt = performance.now();
    try {
      skipped = await this.#write(batch);
    } catch (error) {
      if (error instanceof UnitFault) {
        const faulty = batch.find(waiting => waiting.unit === error.unit)!;
        const others = batch.filter(waiting => waiting !== faulty);
        if (others.length > 0) await this.#commitBatch(others);
        // Last: it may have failed for what the others wrote, and whoever tries again must find that.
        this.#refuse(faulty, error.fault);
      } else if (batch.length === 1 || !this.#store.dialect.isUnitFault(error)) {
        const rejection = asRejection(error, this.#store);
        if (rejection instanceof AppError && rejection.code === 'storage_failed') this.#onFault(rejection);
        for (const waiting of batch) this.#refuse(waiting, rejection);
      } else {
        // Some unit of these violates a constraint, or holds what cannot be stored: halve until it stands alone.
        const half = batch.length >> 1;
        await this.#commitBatch(batch.slice(0, half));
        await this.#commitBatch(batch.slice(half));
      }
      return;
    }
    this.#tell(this.#written, { units: batch.length, seconds: (performance.now() - begunAt) / 1_000 });
    this.#settle(batch, skipped);
  }

  /** Writes one batch in one transaction. Returns the units that an `insertOnce` skipped. */
  async #write(batch: readonly Waiting[]): Promise<ReadonlySet<Unit>> {
    const at = this.#now();
    const eventCount = batch.reduce((sum, { unit }) => sum + unit.events.length, 0);
    const seqCount = batch.reduce((sum, { unit }) => sum + unit.reservation.count, eventCount);
    const { dialect, write } = this.#store;
    return await dialect.transaction(write, async writing => {
      if (seqCount > 0) {
        const [head] = (await writing.run(takeSeqs(write, { count: seqCount }))).rows;
        if (!head) throw new Error('the log has no head: the store is not whole');
        const floor = giveSeqs(batch, head.seq - seqCount);
        if (floor > 0) await writing.run(write.updateTable('log_head').set({ floor }).where('id', '=', 1).compile());
      }
      const skipped = new Set<Unit>();
      for (const step of plan(batch)) await this.#runStep(writing, step, skipped);
      const events = loggedEvents(batch, skipped);
      if (events.length > 0) await this.#insert(writing, 'event', events, event => eventRow(event, at));
      return skipped;
    });
  }

  async #runStep(writing: Writing, step: Step, skipped: Set<Unit>): Promise<void> {
    if (step.kind === 'run') {
      const { changed } = await writing.run(step.query);
      if (step.orElse && changed === 0) throw new UnitFault(step.unit, step.orElse);
      return;
    }
    const { once } = step;
    if (!once) {
      // What stands beside a row that was there already is not written either.
      const rows = step.operations.keys();
      const wanted = skipped.size === 0 ? [...rows] : [...rows].filter(i => !skipped.has(step.units[i]!));
      await this.#insert(writing, step.table, wanted, i => rowOf(step.operations[i]!, step.units[i]!));
      return;
    }
    const rows = step.operations.map((operation, i) => rowOf(operation, step.units[i]!));
    for (const i of await writing.insert(step.table, rows, once)) skipped.add(step.units[i]!);
  }

  async #insert<T>(writing: Writing, table: TableName, of: readonly T[], row: (one: T) => Row): Promise<void> {
    for (let at = 0; at < of.length; at += rowsPerTurn) {
      if (at > 0) await loopTurn();
      await writing.insert(table, of.slice(at, at + rowsPerTurn).map(row), undefined);
    }
  }

  #settle(batch: readonly Waiting[], skipped: ReadonlySet<Unit>): void {
    const at = this.#now();
    const outgoing: Outgoing[] = [];
    let lastSeq = 0;
    let ofRows: CommittedEvent[] = [];
    const applyRows = () => {
      if (ofRows.length > 0) this.#tell(this.#applied, ofRows);
      ofRows = [];
    };
    for (const { unit, origin } of batch) {
      const { count, first } = unit.reservation;
      // The seqs of a skipped unit are used up all the same: whoever waits for them must not wait for ever.
      lastSeq = unit.events.at(-1)?.seq ?? (count > 0 ? first + count - 1 : lastSeq);
      if (skipped.has(unit)) continue;
      // Unit by unit: what an event says may come from a projection that a unit of the same batch has just moved. Events of rows say what is in the row: they may go together.
      const said = this.#said(unit, at, origin);
      if (unit.events.every(event => !event.isLogged)) {
        for (const event of said) ofRows.push(event);
      } else {
        applyRows();
        if (said.length > 0) this.#tell(this.#applied, said);
      }
      if (count > 0) outgoing.push({ events: [], untold: true });
      else if (outgoing.at(-1)?.untold === false) for (const event of said) outgoing.at(-1)!.events.push(event);
      else outgoing.push({ events: said, untold: false });
    }
    applyRows();
    if (lastSeq > 0) {
      for (const one of outgoing) this.#outgoing.push(one);
      this.#outgoingSeq = lastSeq;
      setImmediate(() => this.#publish());
    }
    for (const { unit, resolve } of batch) {
      const isWritten = !skipped.has(unit);
      this.#tellEnd(unit, isWritten);
      resolve(isWritten ? written : unwritten);
    }
  }

  #refuse({ unit, reject }: Waiting, error: Error): void {
    this.#tellEnd(unit, false);
    reject(error);
  }

  /** What a unit's events say. It is on disk already: an event that cannot be put into words is left to those who resume. */
  #said(unit: Unit, at: number, origin: string | undefined): CommittedEvent[] {
    const said: CommittedEvent[] = [];
    for (const { seq, name, topic, alsoTopic, ids, body } of unit.events) {
      try {
        said.push({ seq, at, name, topic, alsoTopic, ids, body: body(seq), origin });
      } catch (error) {
        this.#onFault(error);
      }
    }
    return said;
  }

  #tellEnd(unit: Unit, written: boolean): void {
    try {
      unit.settle(written);
    } catch (error) {
      this.#onFault(error);
    }
  }

  #tell<T>(listeners: readonly ((what: T) => void)[], what: T): void {
    for (const listener of listeners) {
      try {
        listener(what);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }

  #publish(): void {
    if (this.#outgoingSeq === this.#publishedSeq) return;
    const outgoing = joined(this.#outgoing);
    this.#outgoing = [];
    for (const { events, untold } of outgoing) {
      if (untold) this.#tell(this.#untold, undefined);
      else if (events.length > 0) this.#tell(this.#published, events);
    }
    this.#publishedSeq = this.#outgoingSeq;
    const waiters = this.#publishWaiters;
    this.#publishWaiters = waiters.filter(waiter => waiter.seq > this.#publishedSeq);
    for (const waiter of waiters) if (waiter.seq <= this.#publishedSeq) waiter.resolve();
  }
}

/** Gives each unit its seqs, after `seq`: what it reserves first, then its events. Answers the last reserved one, or 0. */
function giveSeqs(batch: readonly Waiting[], seq: number): number {
  let last = seq;
  let reserved = 0;
  for (const { unit } of batch) {
    unit.reservation.first = last + 1;
    last += unit.reservation.count;
    if (unit.reservation.count > 0) reserved = last;
    for (const event of unit.events) event.seq = ++last;
  }
  return reserved;
}

function loggedEvents(batch: readonly Waiting[], skipped: ReadonlySet<Unit>): EventDraft[] {
  const logged: EventDraft[] = [];
  for (const { unit } of batch) {
    if (skipped.has(unit)) continue;
    for (const event of unit.events) if (event.isLogged) logged.push(event);
  }
  return logged;
}

/** What several commits have to tell, in as few pieces as their order allows. */
function joined(outgoing: readonly Outgoing[]): readonly Outgoing[] {
  if (outgoing.length < 2 || outgoing.some(({ untold }) => untold)) return outgoing;
  return [{ events: outgoing.flatMap(({ events }) => events), untold: false }];
}

/** Made once: a text that was just put together is hashed before it is looked up. */
const onceKeys = new Map<TableName, string>();

function onceKey(table: TableName): string {
  const key = onceKeys.get(table) ?? `${table} once`;
  onceKeys.set(table, key);
  return key;
}

/** Joins inserts of one table into one step, as long as no update or delete stands between them. */
function plan(batch: readonly Waiting[]): Step[] {
  const steps: Step[] = [];
  let open = new Map<string, Step & { kind: 'insert' }>();
  for (const { unit } of batch) {
    let after = '';
    for (const operation of unit.operations) {
      if (operation.kind === 'run') {
        steps.push({ kind: 'run', query: operation.query(), unit, orElse: operation.orElse });
        open = new Map();
        continue;
      }
      // What follows an `insertOnce` waits for it: only then it is known whether it is written.
      const key = operation.once ? onceKey(operation.table) : after === '' ? operation.table : `${operation.table}${after}`;
      if (operation.once) after = ` after ${operation.table}`;
      let step = open.get(key);
      if (!step) {
        step = { kind: 'insert', table: operation.table, once: operation.once, operations: [], units: [] };
        open.set(key, step);
        steps.push(step);
      }
      step.operations.push(operation);
      step.units.push(unit);
    }
  }
  return steps;
}

function eventRow({ seq, name, topic, alsoTopic, ids }: EventDraft, at: number): Row {
  return { seq, name, topic, also_topic: alsoTopic, ids: JSON.stringify(ids), at };
}

/** A unit that cannot say what it writes costs the others nothing. */
function rowOf(operation: Operation & { kind: 'insert' }, unit: Unit): Row {
  try {
    return operation.row();
  } catch (error) {
    throw new UnitFault(unit, error as Error);
  }
}

/** The fault of a unit's own making stays as it is, for whoever mends it; the database's own words are for the log: `cause`. */
function asRejection(error: unknown, { dialect }: Store): Error {
  if (error instanceof AppError) return error;
  if (dialect.isUnitFault(error) && !dialect.isConstraintFault(error)) return error as Error;
  const appError = dialect.isConstraintFault(error) ? new AppError('conflict') : storageFailed(error, dialect);
  appError.cause = error;
  return appError;
}
