import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * Bytes of each table of a database, with its indexes. Looks at every page (sqlite.org/dbstat.html), which takes seconds
 * where there are gigabytes: a thread of its own does it.
 */
export function sqliteTableBytes(file: string): Promise<ReadonlyMap<string, number>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { sizesOf: file } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function measured(file: string): ReadonlyMap<string, number> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const rows = database
      .prepare(
        `select m.tbl_name as name, sum(s.pgsize) as bytes
         from (select name, sum(pgsize) as pgsize from dbstat group by name) s join sqlite_schema m on m.name = s.name
         group by m.tbl_name`,
      )
      .all() as { name: string; bytes: number }[];
    return new Map(rows.map(row => [row.name, row.bytes]));
  } finally {
    database.close();
  }
}

if (!isMainThread && typeof workerData?.sizesOf === 'string') parentPort!.postMessage(measured(workerData.sizesOf));
