import type { CompiledQuery, Kysely } from 'kysely';
import { textOnce } from '../store/prepared.ts';
import type { SymptomTable, Tables } from '../store/schema.ts';
import type { Symptom } from './records.ts';

type Where = Pick<Symptom, 'rule' | 'subjectId' | 'item'>;

/** Everything that is seen wrong, by site. */
export async function allSymptoms(db: Kysely<Tables>): Promise<Map<string, Symptom[]>> {
  const rows = await db.selectFrom('symptom').selectAll().orderBy('since').execute();
  const sites = new Map<string, Symptom[]>();
  for (const row of rows) {
    const list = sites.get(row.site_id);
    if (list) list.push(symptomOf(row));
    else sites.set(row.site_id, [symptomOf(row)]);
  }
  return sites;
}

export function putSymptomQuery(db: Kysely<Tables>, siteId: string, symptom: Symptom): CompiledQuery {
  const row: SymptomTable = {
    site_id: siteId,
    rule: symptom.rule,
    subject_id: symptom.subjectId,
    item: symptom.item,
    subject: symptom.subject,
    state: symptom.state,
    since: symptom.since,
    over_since: symptom.overSince,
    detail: JSON.stringify(symptom.detail),
  };
  return textOnce(db, 'put symptom', Object.values(row), () => putRow(db, row));
}

function putRow(db: Kysely<Tables>, row: SymptomTable): CompiledQuery {
  return db
    .insertInto('symptom')
    .values(row)
    .onConflict(conflict =>
      conflict.columns(['site_id', 'rule', 'subject_id', 'item']).doUpdateSet(eb => ({
        subject: eb.ref('excluded.subject'),
        state: eb.ref('excluded.state'),
        since: eb.ref('excluded.since'),
        over_since: eb.ref('excluded.over_since'),
        detail: eb.ref('excluded.detail'),
      })),
    )
    .compile();
}

export function dropSymptomQuery(db: Kysely<Tables>, siteId: string, { rule, subjectId, item }: Where): CompiledQuery {
  return textOnce(db, 'drop symptom', [siteId, rule, subjectId, item], () =>
    db
      .deleteFrom('symptom')
      .where('site_id', '=', siteId)
      .where('rule', '=', rule)
      .where('subject_id', '=', subjectId)
      .where('item', '=', item)
      .compile(),
  );
}

function symptomOf(row: SymptomTable): Symptom {
  return {
    rule: row.rule as Symptom['rule'],
    subjectId: row.subject_id,
    subject: row.subject,
    item: row.item,
    state: row.state,
    since: row.since,
    overSince: row.over_since,
    detail: JSON.parse(row.detail),
  };
}
