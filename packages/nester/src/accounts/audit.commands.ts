import type { AuditRecord } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { AuditTable } from '../store/schema.ts';
import { auditBack, auditPage } from './audit.store.ts';

/** Records that one query of a search looks through. */
const stretch = 5_000;

export const auditCommands: Handlers<'audit.list'> = {
  async 'audit.list'(ctx, { before, from, to, search, limit }) {
    const words = wordsOf(search ?? '');
    const records: AuditRecord[] = [];
    for (let last = before; records.length < limit; ) {
      // A search looks at a stretch at a time, and lets others have their turn in between.
      const back = words.length === 0 ? undefined : await auditBack(ctx.db, last, stretch);
      const rows = await auditPage(ctx.db, { before: last, back, from, to, words }, limit);
      // The store finds words by their ASCII letters; what has others is looked at here.
      for (const row of rows) if (records.length < limit && holdsAll(row, words)) records.push(recordOf(row));
      if (rows.length < limit && back === undefined) break;
      last = rows.length < limit ? back : rows.at(-1)!.audit_id;
      await new Promise(resolve => setImmediate(resolve));
    }
    return { records };
  },
};

const recordOf = (row: AuditTable): AuditRecord => ({
  auditId: row.audit_id,
  at: row.at,
  actor: row.actor_name,
  action: row.action,
  subject: row.subject,
  detail: row.detail,
  door: row.door,
  address: row.address,
});

/** What somebody looks for, word by word, whatever the case. */
function wordsOf(search: string): string[] {
  return fold(search).split(/\s+/).filter(Boolean);
}

function holdsAll({ actor_name, action, subject, detail, address }: AuditTable, words: readonly string[]): boolean {
  const text = fold([actor_name, action, subject, detail, address].join(' '));
  return words.every(word => text.includes(word));
}

const fold = (text: string) => text.normalize('NFC').toLowerCase();
