import { limits } from '@aerie/contract/limits';
import { userKey } from '@aerie/contract/names';

/** Somebody whom a message names. */
export interface Named {
  name: string;
  isMe: boolean;
}

/** A stretch of a text: words, or the name of somebody with its `@`. */
export interface Stretch {
  text: string;
  named?: Named;
}

/** What may stand before an `@` that names somebody: not the end of a word (an e-mail address), nor of a path. */
const afterWord = /[\p{L}\p{M}\p{N}_+/@]$/u;
const nameChars = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._'’-]| (?! ))*/u;
/** A word that goes on with a letter, or with a mark that has a letter behind it. */
const goesOn = /^(?:[\p{L}\p{M}\p{N}_@]|[.-]+[\p{L}\p{N}_])/u;

const fold = (text: string) => userKey(text.replaceAll('’', "'"));

/** A text in stretches, the names of those whom its message names apart: the longest that fits, as the server found them. */
export function stretches(text: string, named: readonly Named[]): Stretch[] {
  if (named.length === 0 || !text.includes('@')) return [{ text }];
  const byKey = new Map(named.map(each => [fold(each.name), each]));
  const found: Stretch[] = [];
  let done = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    if (at < done || afterWord.test(text.slice(Math.max(0, at - 2), at))) continue;
    const most = nameChars.exec(text.slice(at + 1, at + 1 + limits.userNameChars * 4))?.[0] ?? '';
    for (let end = most.length; end > 0; end--) {
      if (goesOn.test(text.slice(at + 1 + end, at + 9 + end))) continue;
      const who = byKey.get(fold(most.slice(0, end)));
      if (!who) continue;
      if (at > done) found.push({ text: text.slice(done, at) });
      done = at + 1 + end;
      found.push({ text: text.slice(at, done), named: who });
      break;
    }
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}
