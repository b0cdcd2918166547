import { type Compilable, CompiledQuery, type Kysely } from 'kysely';
import type { Tables } from './schema.ts';

class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Makes a query whose text is built once for each kind of database, and whose values are given at each call: building the text
 * costs several times what a look-up by key does.
 * @param build makes the query; where a value belongs it calls `value` with the value's name
 */
export function compiledOnce<V extends Record<string, unknown>, R>(
  build: (db: Kysely<Tables>, value: <K extends keyof V & string>(name: K) => V[K]) => Compilable<R>,
): (db: Kysely<Tables>, values: V) => CompiledQuery<R> {
  const built = new WeakMap<object, CompiledQuery<R>>();
  return (db, values) => {
    // Transactions are objects of their own; what compiles their queries is one of few.
    const kind = db.getExecutor().adapter.constructor;
    let query = built.get(kind);
    if (!query) {
      query = build(db, name => new Parameter(name) as never).compile();
      built.set(kind, query);
    }
    const parameters = query.parameters.map(value => (value instanceof Parameter ? values[value.name] : value));
    return { ...query, parameters };
  };
}

const texts = new WeakMap<object, Map<string, string>>();

/**
 * The same for a query whose columns are chosen by the call.
 * @param name what makes its text: the choice
 * @param parameters in the order in which the text has them
 */
export function textOnce(db: Kysely<Tables>, name: string, parameters: readonly unknown[], build: () => CompiledQuery): CompiledQuery {
  const kind = db.getExecutor().adapter.constructor;
  let known = texts.get(kind);
  if (!known) {
    known = new Map();
    texts.set(kind, known);
  }
  let text = known.get(name);
  if (text === undefined) {
    const query = build();
    if (query.parameters.some((value, i) => value !== parameters[i])) throw new RangeError(`the values of ${name} are in another order`);
    text = query.sql;
    known.set(name, text);
  }
  return CompiledQuery.raw(text, parameters as unknown[]);
}

const readers = new WeakMap<Kysely<Tables>, ReadNow>();
type ReadNow = (query: CompiledQuery) => unknown[] | undefined;

/** From now on prepared queries on `db` are answered by `readNow` where it can: what the query builder adds costs as much as a look-up by key. */
export function readPast(db: Kysely<Tables>, readNow: ReadNow): void {
  readers.set(db, readNow);
}

/** The same as compiledOnce, run at once. */
export function prepared<V extends Record<string, unknown>, R>(
  build: (db: Kysely<Tables>, value: <K extends keyof V & string>(name: K) => V[K]) => Compilable<R>,
): (db: Kysely<Tables>, values: V) => Promise<R[]> {
  const compiled = compiledOnce<V, R>(build);
  return async (db, values) => {
    const query = compiled(db, values);
    return (readers.get(db)?.(query) as R[] | undefined) ?? (await db.executeQuery<R>(query)).rows;
  };
}
