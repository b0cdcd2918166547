import type { Connection } from './connection.ts';

/** So many in one turn of the event loop, at least: that takes less than a millisecond. */
const leastAtOnce = 64;
/** After so many turns, or a few more, everybody has been told of what waited: however much comes, it does not pile up. */
const turns = 16;

interface Telling {
  readonly connections: SetIterator<Connection>;
  /** How many are still to be told, more or less: some come and go meanwhile. */
  left: number;
  readonly tell: (connection: Connection) => void;
}

/**
 * Tells many connections what is not in the log (who is here, who types), some in each turn of the event loop: to write to
 * a thousand sockets takes ten milliseconds, for which a message would wait. Things are told in the order in which they
 * come; whoever leaves the audience meanwhile is not told.
 */
export class Spread {
  readonly #tellings: Telling[] = [];

  tell(audience: ReadonlySet<Connection>, tell: (connection: Connection) => void): void {
    if (this.#tellings.length === 0 && audience.size <= leastAtOnce) {
      for (const connection of audience) tell(connection);
      return;
    }
    this.#tellings.push({ connections: audience.values(), left: audience.size, tell });
    if (this.#tellings.length === 1) setImmediate(() => this.#work());
  }

  #work(): void {
    const waiting = this.#tellings.reduce((sum, { left }) => sum + Math.max(left, 0), 0);
    let most = Math.max(leastAtOnce, Math.ceil(waiting / turns));
    for (let first = this.#tellings[0]; first && most > 0; first = this.#tellings[0]) {
      const { done, value } = first.connections.next();
      if (done) {
        this.#tellings.shift();
        continue;
      }
      first.tell(value);
      first.left--;
      most--;
    }
    if (this.#tellings.length > 0) setImmediate(() => this.#work());
  }
}
