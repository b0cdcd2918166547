import { type CommandRequest, cleanUserName, errorSentence, type ImportVerdict, type User, userNameProblem } from '@aerie/contract';
import { newId } from '../new-id.ts';
import type { StagedImport } from './staged-import.ts';

/** Who has an account here. */
export interface Accounts {
  byName(name: string): User | undefined;
}

type NewUser = CommandRequest<'import.users'>['users'][number];

/** What becomes of an account of the other server; stages it when it is taken. Undefined: taken as it is. */
export function judgeUser(staged: StagedImport, accounts: Accounts, user: NewUser): ImportVerdict | undefined {
  const { index, hasPassword, createdAt } = user;
  const name = cleanUserName(user.name.toWellFormed());
  const reason = userNameProblem(name);
  if (reason) return { index, outcome: 'refused', reason: errorSentence('bad_user_name', { reason }) };
  const existing = accounts.byName(name);
  if (existing?.kind === 'bot') return { index, outcome: 'refused', reason: `The name ${existing.name} belongs to Aerie itself.` };
  if (existing) return { index, outcome: 'already', reason: `${existing.name} has an account here; it stays as it is.` };
  const first = staged.userNamed(name);
  if (first) return { index, outcome: 'refused', reason: `It is the same name as ${first.name}, which came first.` };
  staged.addUser(index, { userId: newId(), name, hasPassword, createdAt, passwordHash: null });
  const changes: string[] = [];
  if (name !== user.name) changes.push(`The name is written ${name}.`);
  if (!hasPassword) changes.push('No password is known: nobody can log in with it until an administrator sets one.');
  return changes.length > 0 ? { index, outcome: 'changed', reason: changes.join(' ') } : undefined;
}
