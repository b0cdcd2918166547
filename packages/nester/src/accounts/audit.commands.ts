import type { AuditRecord } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { AuditTable } from '../store/schema.ts';
import { auditPage } from './audit.store.ts';

export const auditCommands: Handlers<'audit.list'> = {
  async 'audit.list'(ctx, { before, from, to, search, limit }) {
    const words = wordsOf(search ?? '');
    const records: AuditRecord[] = [];
    let last = before;
    // The store finds words by their ASCII letters; what has others is looked at here, page by page.
    while (records.length < limit) {
      const rows = await auditPage(ctx.db, { before: last, from, to, words }, limit);
      for (const row of rows) if (records.length < limit && holdsAll(row, words)) records.push(recordOf(row));
      if (rows.length < limit) break;
      last = rows.at(-1)!.audit_id;
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
