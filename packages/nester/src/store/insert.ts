import { CompiledQuery } from 'kysely';
import type { StoreDialect } from './dialect.ts';
import type { Once, Row, TableName } from './unit.ts';

const texts = new Map<string, string>();

/** Splits rows of one table into as few multi-row inserts as the dialect likes. All rows must have the same columns in the same order. */
export function* insertQueries(
  dialect: StoreDialect,
  table: TableName,
  rows: readonly Row[],
  once: Once | undefined,
): Generator<CompiledQuery> {
  const columns = Object.keys(rows[0]!);
  for (let at = 0; at < rows.length; ) {
    const count = dialect.chunk(rows.length - at, columns.length);
    const parameters: unknown[] = [];
    for (let i = at; i < at + count; i++) for (const column of columns) parameters.push(rows[i]![column]);
    yield CompiledQuery.raw(insertText(dialect, table, columns, count, once), parameters);
    at += count;
  }
}

function insertText(dialect: StoreDialect, table: TableName, columns: readonly string[], count: number, once: Once | undefined): string {
  const key = `${dialect.name} ${table} ${columns.join()} ${count} ${once ? once.key.join() : ''}`;
  let text = texts.get(key);
  if (text === undefined) {
    let n = 0;
    const tuple = () => `(${columns.map(() => dialect.placeholder(++n)).join(',')})`;
    const tuples = Array.from({ length: count }, tuple).join(',');
    const conflict = once ? ` on conflict (${once.key.map(quote).join(',')}) do nothing returning ${quote(once.id)}` : '';
    text = `insert into ${quote(table)} (${columns.map(quote).join(',')}) values ${tuples}${conflict}`;
    if (texts.size < 2_000) texts.set(key, text);
  }
  return text;
}

/** Names come from our own code, never from outside; quoting keeps reserved words usable. */
const quote = (name: string) => `"${name}"`;
