import { AppError, userKey } from '@aerie/contract';
import { isCommon } from './common-passwords.ts';

/** Throws `weak_password` when a password may not protect an account of that name. */
export function requireStrong(password: string, name: string, shortest: number): void {
  const reason = weakness(password, name, shortest);
  if (reason) throw new AppError('weak_password', { reason, shortest });
}

/** Why a password is too weak, or undefined when it will do. Length counts characters as people see them, not UTF-16 units. */
export function weakness(password: string, name: string, shortest: number): 'short' | 'common' | 'has_name' | undefined {
  if ([...password.normalize('NFC')].length < shortest) return 'short';
  if (containsName(password, name)) return 'has_name';
  if (isCommon(password)) return 'common';
  return undefined;
}

const shortName = 4;

/**
 * A long name counts anywhere. A short one counts only as a word of its own, since it stands inside other words by chance
 * (`Ada` in `lampadaire`); one of one or two letters says nothing.
 */
function containsName(password: string, name: string): boolean {
  const typed = userKey(password);
  const whole = userKey(name);
  const bare = whole.replace(/[^\p{L}\p{N}]/gu, '');
  return [whole, bare].some(text => {
    if (text.length < 3) return false;
    if (text.length > shortName) return typed.includes(text);
    return typed.split(/[^\p{L}]+/u).includes(text);
  });
}
