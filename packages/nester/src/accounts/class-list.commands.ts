import { AppError, errorSentence, type Role, userKey } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { commitAct } from './audit.ts';
import { type ListedPerson, readClassList, roleNamed } from './class-list.ts';
import { authorOf } from './invitations.commands.ts';
import { daysMs, importDays, linkOf, newInvitation } from './invitations.ts';
import type { Shared } from './parts.ts';
import { requireUserName } from './users.ts';

export function classListCommands(shared: Shared): Handlers<'user.import'> {
  return {
    async 'user.import'(ctx, { csv, role: defaultRole, dryRun }) {
      const language = ctx.actor.kind === 'user' ? ctx.actor.language : 'en';
      const invited: { name: string; role: Role; link: string }[] = [];
      const refused: { line: number; name: string; reason: string }[] = [];
      const listed = new Set<string>();
      const unit = new Unit();
      for (const person of readClassList(csv)) {
        try {
          const { name, role } = requireInvitable(shared, listed, person, defaultRole);
          const fields = { kind: 'person', name, role, createdBy: authorOf(ctx), at: ctx.now(), lastsMs: daysMs(importDays) } as const;
          const { row, token } = newInvitation(fields);
          unit.insert('invitation', row);
          invited.push({ name, role, link: dryRun ? '' : linkOf('person', shared.publicUrl(), token) });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          refused.push({ line: person.line, name: person.name, reason: errorSentence(error.code, error.params, language) });
        }
      }
      if (!dryRun && invited.length > 0) {
        const detail = { invited: invited.length, refused: refused.length };
        await commitAct(ctx, unit, { action: 'user.import', subject: 'class list', detail });
      }
      return { invited, refused };
    },
  };
}

/** Name and role of a listed person, and notes the name; throws why that person cannot be invited. */
function requireInvitable(
  { directory }: Shared,
  listed: Set<string>,
  person: ListedPerson,
  defaultRole: Role,
): { name: string; role: Role } {
  const name = requireUserName(person.name);
  const role = person.role === '' ? defaultRole : roleNamed(person.role);
  if (!role) throw new AppError('bad_input', { field: 'role', reason: 'unknown_role' });
  if (directory.byName(name)) throw new AppError('user_exists');
  if (listed.has(userKey(name))) throw new AppError('bad_user_name', { reason: 'listed_twice' });
  listed.add(userKey(name));
  return { name, role };
}
