import { CompiledQuery, type Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import type { Once, Row, TableName } from './unit.ts';
import { insertText, quote, type Writing } from './writing.ts';

/** What one statement takes (its number is 16 bits on the wire). */
const parametersEach = 60_000;

/** A transaction on PostgreSQL: each way there and back costs, so as many rows a statement as it takes. */
export async function postgresTransaction<T>(db: Kysely<Tables>, work: (writing: Writing) => Promise<T>): Promise<T> {
  return await db.transaction().execute(trx => {
    const run: Writing['run'] = async query => {
      const { rows, numAffectedRows } = await trx.executeQuery(query);
      return { rows, changed: Number(numAffectedRows ?? 0) };
    };
    return work({ run, insert: (table, rows, once) => insert(run, table, rows, once) });
  });
}

async function insert(run: Writing['run'], table: TableName, rows: readonly Row[], once: Once | undefined): Promise<number[]> {
  const columns = Object.keys(rows[0] ?? {});
  const rowsEach = Math.floor(parametersEach / Math.max(1, columns.length));
  const there: number[] = [];
  for (let at = 0; at < rows.length; at += rowsEach) {
    const some = rows.slice(at, at + rowsEach);
    const returning = once ? ` returning ${quote(once.id)}` : '';
    const text = `${insertText(n => `$${n}`, table, columns, some.length, once)}${returning}`;
    const { rows: written } = await run(
      CompiledQuery.raw(
        text,
        some.flatMap(row => columns.map(column => row[column])),
      ) as CompiledQuery<Row>,
    );
    if (!once || written.length === some.length) continue;
    const ids = new Set(written.map(row => row[once.id]));
    some.forEach((row, i) => {
      if (!ids.has(row[once.id]!)) there.push(at + i);
    });
  }
  return there;
}
