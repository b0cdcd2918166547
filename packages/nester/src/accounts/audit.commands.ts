import type { Handlers } from '../context.ts';
import { auditBefore } from './audit.store.ts';

export const auditCommands: Handlers<'audit.list'> = {
  async 'audit.list'(ctx, { before, limit }) {
    const rows = await auditBefore(ctx.db, before, limit);
    return {
      records: rows.map(row => ({
        auditId: row.audit_id,
        at: row.at,
        actor: row.actor_name,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
        door: row.door,
        address: row.address,
      })),
    };
  },
};
