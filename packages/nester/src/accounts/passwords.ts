import { AppError, userKey } from '@aerie/contract';
import { isCommon } from './common-passwords.ts';

/** Throws `weak_password` when a password may not protect an account of that name. */
export function requireStrong(password: string, name: string, shortest: number): void {
  const reason = weakness(password, name, shortest);
  if (reason) throw new AppError('weak_password', { reason });
}

/** Why a password is too weak, or undefined when it will do. Length counts characters as people see them, not UTF-16 units. */
export function weakness(password: string, name: string, shortest: number): 'short' | 'common' | 'has_name' | undefined {
  if ([...password.normalize('NFC')].length < shortest) return 'short';
  if (containsName(password, name)) return 'has_name';
  if (isCommon(password)) return 'common';
  return undefined;
}

/** Names of one or two letters stand in too many words to be looked for. */
function containsName(password: string, name: string): boolean {
  const typed = userKey(password);
  const whole = userKey(name);
  const bare = whole.replace(/[^\p{L}\p{N}]/gu, '');
  return [whole, bare].some(text => text.length >= 3 && typed.includes(text));
}
