import type { Act, Actor, Ctx } from '../context.ts';
import { newId } from '../new-id.ts';
import type { AuditTable } from '../store/schema.ts';
import type { CommitResult, Unit } from '../store/unit.ts';

/** Commits a unit together with the audit's record of it, and writes the log line. */
export async function commitAct(ctx: Omit<Ctx, 'commitAct'>, unit: Unit, act: Act): Promise<CommitResult> {
  const by = act.by ?? whoActs(ctx.actor);
  const { door, address } = ctx.caller;
  unit.insert('audit', auditRow(act, by, ctx));
  const result = await ctx.commit(unit);
  ctx.log.info('ADMIN', `Did ${act.action}`, { by: by.name, subject: act.subject, ...act.detail, door, address });
  return result;
}

function auditRow(act: Act, by: { userId: string | null; name: string }, { caller, now }: Pick<Ctx, 'caller' | 'now'>): AuditTable {
  return {
    audit_id: newId(),
    at: now(),
    actor_id: by.userId,
    actor_name: by.name,
    action: act.action,
    subject: act.subject,
    detail: JSON.stringify(act.detail ?? {}),
    door: caller.door,
    address: caller.address,
  };
}

/** Who has no account (`local`: whoever may open the machine's own socket) is written in parentheses, which no user name may hold. */
function whoActs(actor: Actor): { userId: string | null; name: string } {
  return actor.kind === 'user' ? actor : { userId: null, name: `(${actor.kind})` };
}
