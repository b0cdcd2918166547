import { fit, plain } from '../../app/matching.ts';

/** What stands before the caret and may be completed: from where on, and what of it is typed. */
export interface Wanted {
  kind: 'mention' | 'command' | 'person' | 'channel' | 'site';
  from: number;
  typed: string;
}

/** What somebody is about to type: a command, the name or channel that belongs to one, or the name of whom they mention. */
export function wantedAt(text: string, caret: number): Wanted | undefined {
  const before = text.slice(0, caret);
  const [command] = /^\/[a-z]*$/i.exec(before) ?? [];
  if (command !== undefined) return { kind: 'command', from: 0, typed: command.slice(1) };
  const [, lead = '', argument] = /^(\/(?:msg|kick|mute|ban)\s+@?)([^\n@]*)$/i.exec(before) ?? [];
  if (argument !== undefined) return { kind: 'person', from: lead.length, typed: argument };
  const [, start = '', channel] = /^(\/join\s+#?)([^\s#]*)$/i.exec(before) ?? [];
  if (channel !== undefined) return { kind: 'channel', from: start.length, typed: channel };
  const [, asked = '', site] = /^(\/(?:scan|ping|trace|dns|port|http)\s+)([a-z0-9-]*)$/i.exec(before) ?? [];
  if (site !== undefined) return { kind: 'site', from: asked.length, typed: site };
  const [, ahead = '', name] = /^((?:.*[^\p{L}\p{M}\p{N}_+/@])?)@([^@\n]{0,48})$/su.exec(before) ?? [];
  if (name !== undefined && !name.startsWith(' ')) return { kind: 'mention', from: ahead.length, typed: name };
  return undefined;
}

/** The best of some for what was typed: those that begin like it, then those with a word that does. */
export function suggestions<T>(choices: readonly T[], typed: string, words: (choice: T) => string, most: number): T[] {
  // After a space only a name that goes on fits: the one before it is complete.
  const goesOn = /\s$/.test(typed) ? plain(typed) : '';
  return choices
    .flatMap(choice => {
      const score = fit(typed, words(choice));
      if (score === undefined || (typed.trim() !== '' && score < 2.5) || !plain(words(choice)).startsWith(goesOn)) return [];
      return [{ choice, score: typed.trim() === '' ? 0 : Math.floor(score) }];
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .map(each => each.choice);
}

/** The text with a choice in place of what was typed of it, and where the caret goes. */
export function completed(text: string, caret: number, { from }: Wanted, choice: string): { text: string; caret: number } {
  const head = `${text.slice(0, from)}${choice} `;
  return { text: head + text.slice(caret).replace(/^ /, ''), caret: head.length };
}
