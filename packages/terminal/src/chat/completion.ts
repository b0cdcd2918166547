import type { ClientState } from '@aerie/client';
import { channelKey, userKey } from '@aerie/contract/names';
import type { Draft } from './line-editor.ts';

/** What may be completed, each without its mark. */
export interface Vocabulary {
  readonly commands: readonly string[];
  readonly people: readonly string[];
  readonly channels: readonly string[];
  /** Codes of sites. */
  readonly sites: readonly string[];
}

/** What may be completed in some state, with the names of other channels that one may join. */
export function vocabularyOf(state: ClientState, commands: readonly string[], joinable: readonly string[]): Omit<Vocabulary, 'sites'> {
  const own = [...state.channels.values()].filter(({ kind }) => kind !== 'direct').map(({ name }) => name);
  const people = [...state.users.values()].filter(user => !user.disabled && user.userId !== state.me.userId).map(({ name }) => name);
  const sorted = (names: readonly string[]) => [...new Set(names)].sort((a, b) => a.localeCompare(b));
  return { commands, people: sorted(people), channels: sorted([...own, ...joinable]) };
}

/** The ways to complete what stands before the cursor. */
export interface Completion {
  /** Where the completed word begins. */
  readonly from: number;
  /** What stands after it. */
  readonly rest: string;
  readonly choices: readonly string[];
}

/** What Tab may make of a draft: `/commands` at its beginning, the site that belongs to one, `@names` and `#channels` anywhere; undefined when it is nothing. */
export function completionOf({ text, cursor }: Draft, words: Vocabulary): Completion | undefined {
  const before = text.slice(0, cursor);
  const rest = text.slice(cursor);
  const found = (from: number, choices: string[]) => (choices.length > 0 ? { from, rest, choices } : undefined);

  if (/^\/\S*$/.test(before)) {
    const typed = before.slice(1).toLowerCase();
    return found(
      0,
      words.commands.filter(name => name.startsWith(typed)).map(name => `/${name} `),
    );
  }
  const [, asked = '', code] = /^(\/(?:scan|ping|trace|dns|port|http|incident|ack|note|snooze) +)([A-Za-z0-9-]*)$/.exec(before) ?? [];
  if (code !== undefined) {
    return found(
      asked.length,
      words.sites.filter(site => site.startsWith(code.toUpperCase())).map(site => `${site} `),
    );
  }
  const [argument] = /^\/(?:msg|join) +(?=[^\s@#])/.exec(before) ?? [];
  // After these commands a name stands without its mark, and may hold spaces.
  if (argument?.startsWith('/msg')) return found(argument.length, people(words, before.slice(argument.length), ''));
  if (argument) return found(argument.length, channels(words, before.slice(argument.length)));
  if (/^\/msg +$/.test(before)) return found(before.length, people(words, '', ''));
  if (/^\/join +$/.test(before)) return found(before.length, channels(words, ''));

  const [, lead = '', mark, typed = ''] = /(^|.*[\s(])([@#])([^@#]*)$/su.exec(before) ?? [];
  if (mark === '@') return found(lead.length, people(words, typed, '@'));
  return mark === '#' ? found(lead.length, channels(words, typed)) : undefined;
}

/** The draft with one of the choices. */
export function completed({ from, rest, choices }: Completion, draft: Draft, index: number): Draft {
  const text = draft.text.slice(0, from) + choices[index % choices.length]!;
  return { text: text + (rest.startsWith(' ') ? rest.slice(1) : rest), cursor: text.length };
}

function people({ people: names }: Vocabulary, typed: string, mark: string): string[] {
  return names.filter(name => userKey(name).startsWith(userKey(typed))).map(name => `${mark}${name} `);
}

function channels({ channels: names }: Vocabulary, typed: string): string[] {
  return names.filter(name => channelKey(name).startsWith(channelKey(typed))).map(name => `#${name} `);
}
