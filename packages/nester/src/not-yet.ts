import { AppError, type CommandName } from '@aerie/contract';
import type { Handlers } from './context.ts';

const names = [
  'intake.assign',
  'intake.discard',
  'intake.list',
  'intake.retry',
  'intake.show',
  'intake.take',
] as const satisfies CommandName[];

/** Commands of the contract that have no room yet. */
export function notYet(): Handlers<(typeof names)[number]> {
  const refuse = async () => {
    throw new AppError('not_found', { thing: 'command' });
  };
  return Object.fromEntries(names.map(name => [name, refuse])) as never;
}
