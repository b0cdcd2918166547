import type { BackupAttempt } from '@aerie/contract';
import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';

const attemptSetting = 'backups.lastAttempt';
const sinceSetting = 'backups.watchedSince';

/** What is kept of backups: how the last attempt went, and since when somebody wants to be told of late ones. */
export interface KeptWatch {
  last: BackupAttempt | null;
  watchedSince: number | null;
}

export async function keptWatch(db: Kysely<Tables>): Promise<KeptWatch> {
  const rows = await db.selectFrom('setting').selectAll().where('name', 'in', [attemptSetting, sinceSetting]).execute();
  const values = new Map(rows.map(row => [row.name, row.value]));
  const [last, since] = [values.get(attemptSetting), values.get(sinceSetting)];
  return { last: last === undefined ? null : JSON.parse(last), watchedSince: since === undefined ? null : Number(since) };
}

export function putAttemptQuery(db: Kysely<Tables>, attempt: BackupAttempt): CompiledQuery {
  return put(db, attemptSetting, JSON.stringify(attempt));
}

/** @param since null: nobody wants to be told any more */
export function putWatchedSinceQuery(db: Kysely<Tables>, since: number | null): CompiledQuery {
  return since === null ? db.deleteFrom('setting').where('name', '=', sinceSetting).compile() : put(db, sinceSetting, String(since));
}

function put(db: Kysely<Tables>, name: string, value: string): CompiledQuery {
  return db
    .insertInto('setting')
    .values({ name, value })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
    .compile();
}
