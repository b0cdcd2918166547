import { limits, userKey } from '@aerie/contract';

/** What the text after an `@` is looked up in: members of the channel by the key of their name. */
export type MemberByKey = (key: string) => string | undefined;

/** A name in its longest spelling, letters and their loose accents apart. */
const longestTyped = limits.userNameChars * 4;

/** A text with more `@` than that is no talk; what comes after them names nobody. */
const mostMarks = limits.mentions * 4;

/** What may stand before an `@` that names somebody: not the end of a word (an e-mail address), nor of a path. */
const afterWord = /[\p{L}\p{M}\p{N}_+/@]$/u;

/** A name as far as it may go: as `userNameProblem` has it. */
const nameChars = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._'-]| (?! ))*/u;

/**
 * Whom a message names: user ids, in the order in which they stand. After `@` the longest name counts that a member has,
 * whatever its case and compatibility forms; nothing inside code.
 * @param self who says it, and is not named by it
 */
export function mentionsIn(content: string, memberByKey: MemberByKey, self: string | null): string[] {
  if (!content.includes('@')) return [];
  const text = withoutCode(content);
  const named = new Set<string>();
  for (let at = text.indexOf('@'), marks = 0; at !== -1 && marks < mostMarks; at = text.indexOf('@', at + 1), marks++) {
    // Two units: a letter may take both.
    if (afterWord.test(text.slice(Math.max(0, at - 2), at))) continue;
    const userId = longestName(plainApostrophes(text.slice(at + 1, at + 1 + longestTyped)), memberByKey);
    if (userId !== undefined && userId !== self) named.add(userId);
    if (named.size === limits.mentions) break;
  }
  return [...named];
}

function longestName(text: string, memberByKey: MemberByKey): string | undefined {
  const most = nameChars.exec(text)?.[0] ?? '';
  for (let end = most.length; end > 0; end--) {
    if (goesOn(text, end)) continue;
    const userId = memberByKey(userKey(most.slice(0, end)));
    if (userId !== undefined) return userId;
  }
  return undefined;
}

/** True when a word does not end there: it goes on with a letter, or with a mark that has a letter behind it. */
function goesOn(text: string, end: number): boolean {
  return /^(?:[\p{L}\p{M}\p{N}_@]|[.-]+[\p{L}\p{N}_])/u.test(text.slice(end, end + 8)) || isSplit(text, end);
}

/** Between the two units of one letter. */
function isSplit(text: string, at: number): boolean {
  return /^[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]$/.test(text.charAt(at - 1));
}

/** Telephones write another apostrophe than names have. */
function plainApostrophes(text: string): string {
  return text.replaceAll('’', "'");
}

/**
 * The text with a space for each piece of code: what stands between backticks, as many on either side; a fence that
 * nothing closes goes on to the end.
 */
function withoutCode(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map(run => ({ from: run.index, to: run.index + run[0].length }));
  let plain = '';
  let done = 0;
  for (let i = 0; i < runs.length; i++) {
    const { from, to } = runs[i]!;
    let closing = i + 1;
    while (closing < runs.length && runs[closing]!.to - runs[closing]!.from !== to - from) closing++;
    if (closing < runs.length) {
      plain += `${text.slice(done, from)} `;
      done = runs[closing]!.to;
      i = closing;
    } else if (to - from >= 3 && /(?:^|\n) {0,3}$/.test(text.slice(0, from))) {
      return plain + text.slice(done, from);
    }
  }
  return plain + text.slice(done);
}
