import { limits } from './limits.ts';

/**
 * The form of a name that two spellings share: `Général`, `general` and `GENERAL` are one channel.
 * Compatibility forms are folded (NFKD), accents dropped, case ignored.
 */
export function channelKey(name: string): string {
  return name.replace(/^#/, '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The form of a user name by which it is unique: case and compatibility forms ignored, accents kept. */
export function userKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** A typed user name as it is kept: composed (NFC), outer spaces gone. */
export function cleanUserName(typed: string): string {
  return typed.normalize('NFC').trim();
}

/**
 * Why a cleaned user name cannot be used, or undefined when it can.
 * Letters, digits, inner single spaces and `. _ - '` only: a name stands in logs, mentions and commands.
 */
export function userNameProblem(name: string): 'empty' | 'long' | 'characters' | undefined {
  if (name.length === 0) return 'empty';
  if (name.length > limits.userNameChars) return 'long';
  if (!/^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._'-]| (?! ))*$/u.test(name)) return 'characters';
  if (invisible.test(name)) return 'characters';
  return undefined;
}

/** Why a channel name (without `#`) cannot be used, or undefined when it can. */
export function channelNameProblem(name: string): 'empty' | 'long' | 'symbols' | undefined {
  if (name.length === 0) return 'empty';
  if (name.length > limits.channelNameChars) return 'long';
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u.test(name) || invisible.test(name)) return 'symbols';
  return undefined;
}

/** Letters and marks that nobody sees: a name with one would look like another. */
const invisible = /\p{Default_Ignorable_Code_Point}/u;
