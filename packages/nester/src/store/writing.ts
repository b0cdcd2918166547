import type { CompiledQuery } from 'kysely';
import type { Once, Row, TableName } from './unit.ts';

/** What a statement did. */
export interface Written<R> {
  rows: R[];
  /** Rows that it inserted, changed or deleted. */
  changed: number;
}

/** One transaction of the committer. SQLite answers at once, PostgreSQL later. */
export interface Writing {
  run<R>(query: CompiledQuery<R>): Promise<Written<R>> | Written<R>;
  /**
   * Inserts rows that have the same columns.
   * @returns with `once`, the indexes of those that were there already and are not written
   */
  insert(table: TableName, rows: readonly Row[], once: Once | undefined): Promise<number[]> | number[];
}

const texts = new Map<string, string>();

/** The text of an insert of so many rows. */
export function insertText(
  placeholder: (n: number) => string,
  table: TableName,
  columns: readonly string[],
  count: number,
  once: Once | undefined,
): string {
  const key = `${placeholder(1)} ${table} ${columns.join()} ${count} ${once ? once.key.join() : ''}`;
  let text = texts.get(key);
  if (text === undefined) {
    let n = 0;
    const tuple = () => `(${columns.map(() => placeholder(++n)).join(',')})`;
    const tuples = Array.from({ length: count }, tuple).join(',');
    const conflict = once ? ` on conflict (${once.key.map(quote).join(',')}) do nothing` : '';
    text = `insert into ${quote(table)} (${columns.map(quote).join(',')}) values ${tuples}${conflict}`;
    if (texts.size < 2_000) texts.set(key, text);
  }
  return text;
}

/** Names come from our own code, never from outside; quoting keeps reserved words usable. */
export const quote = (name: string) => `"${name}"`;
