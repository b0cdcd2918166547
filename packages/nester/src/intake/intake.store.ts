import { AppError } from '@aerie/contract';
import type { CompiledQuery, Kysely } from 'kysely';
import type { IntakeTable, SiteAliasTable, Tables } from '../store/schema.ts';

export async function intakeById(db: Kysely<Tables>, intakeId: string): Promise<IntakeTable | undefined> {
  return await db.selectFrom('intake').selectAll().where('intake_id', '=', intakeId).executeTakeFirst();
}

/** @throws AppError `conflict` when somebody else has done something with that file */
export async function requireSame(db: Kysely<Tables>, row: IntakeTable): Promise<void> {
  const now = await intakeById(db, row.intake_id);
  if (now?.state !== row.state || now.place !== row.place) throw new AppError('conflict');
}

export async function intakeByDigest(db: Kysely<Tables>, digest: string): Promise<IntakeTable | undefined> {
  return await db.selectFrom('intake').selectAll().where('digest', '=', digest).orderBy('at').limit(1).executeTakeFirst();
}

/** Whether a file that lies there is in the list. */
export async function hasPlace(db: Kysely<Tables>, place: string): Promise<boolean> {
  const waiting = ['quarantined', 'unassigned'] as const;
  const row = await db.selectFrom('intake').select('intake_id').where('state', 'in', waiting).where('place', '=', place).executeTakeFirst();
  return row !== undefined;
}

/** Up to `limit` files that were taken up before `before`, newest first. */
export async function intakeBefore(
  db: Kysely<Tables>,
  { state, before, limit }: { state?: IntakeTable['state'] | undefined; before?: number | undefined; limit: number },
): Promise<IntakeTable[]> {
  let all = db.selectFrom('intake').selectAll().orderBy('at', 'desc').orderBy('intake_id', 'desc').limit(limit);
  if (state !== undefined) all = all.where('state', '=', state);
  if (before !== undefined) all = all.where('at', '<', before);
  return await all.execute();
}

export async function countWaiting(db: Kysely<Tables>): Promise<number> {
  const waiting = ['quarantined', 'unassigned'] as const;
  const row = await db
    .selectFrom('intake')
    .select(eb => eb.fn.countAll<number | string>().as('n'))
    .where('state', 'in', waiting)
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

export function updateIntakeQuery(db: Kysely<Tables>, intakeId: string, changes: Partial<IntakeTable>): CompiledQuery {
  return db.updateTable('intake').set(changes).where('intake_id', '=', intakeId).compile();
}

export function countDoubleQuery(db: Kysely<Tables>, intakeId: string): CompiledQuery {
  return db
    .updateTable('intake')
    .set(eb => ({ doubles: eb('doubles', '+', 1) }))
    .where('intake_id', '=', intakeId)
    .compile();
}

export async function allAliases(db: Kysely<Tables>): Promise<SiteAliasTable[]> {
  return await db.selectFrom('site_alias').selectAll().execute();
}

export function forgetAliasQuery(db: Kysely<Tables>, alias: string): CompiledQuery {
  return db.deleteFrom('site_alias').where('alias', '=', alias).compile();
}
