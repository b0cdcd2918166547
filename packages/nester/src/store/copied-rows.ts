const newline = 10;
const beginning = /^COPY (?:\S+\.)?"?([a-z_]+)"? \(([^)]*)\) FROM stdin;$/;
/** A line of what is not wanted row by row is not held in memory beyond this. */
const headBytes = 4_096;

interface CopiedRows {
  /** Rows of each table. */
  counts: Map<string, number>;
  /** Of the tables that were asked for, the rows themselves, by column. */
  rows: Map<string, Record<string, string>[]>;
}

/** Counts the rows in the COPY sections of a dump as SQL, in bounded memory however long its lines are. */
export async function copiedRows(chunks: AsyncIterable<Buffer>, wanted: readonly string[]): Promise<CopiedRows> {
  const found: CopiedRows = { counts: new Map(), rows: new Map() };
  let section: { table: string; columns: string[] } | undefined;
  const take = (line: string) => {
    if (!section) {
      const [, table, columns] = beginning.exec(line) ?? [];
      if (table === undefined || columns === undefined) return;
      section = { table, columns: columns.split(', ').map(column => column.replaceAll('"', '')) };
      if (!found.counts.has(table)) found.counts.set(table, 0);
    } else if (line === '\\.') section = undefined;
    else {
      const { table, columns } = section;
      found.counts.set(table, found.counts.get(table)! + 1);
      if (!wanted.includes(table)) return;
      const values = line.split('\t');
      const rows = found.rows.get(table) ?? [];
      rows.push(Object.fromEntries(columns.map((column, i) => [column, values[i] ?? ''])));
      found.rows.set(table, rows);
    }
  };
  let head = '';
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(newline, at);
      const until = end === -1 ? chunk.length : end;
      if (head.length < headBytes) head += chunk.toString('latin1', at, Math.min(until, at + headBytes));
      at = until + 1;
      if (end === -1) continue;
      take(head);
      head = '';
    }
  }
  return found;
}
