import type { Compilable, CompiledQuery, Kysely } from 'kysely';
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

/** The same, run at once. */
export function prepared<V extends Record<string, unknown>, R>(
  build: (db: Kysely<Tables>, value: <K extends keyof V & string>(name: K) => V[K]) => Compilable<R>,
): (db: Kysely<Tables>, values: V) => Promise<R[]> {
  const compiled = compiledOnce<V, R>(build);
  return async (db, values) => (await db.executeQuery<R>(compiled(db, values))).rows;
}
