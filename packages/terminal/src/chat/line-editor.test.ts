import { describe, expect, it } from 'vitest';
import { type Draft, draftOf, edit, emptyDraft, insert } from './line-editor.ts';
import { Prompt } from './prompt.ts';

/** `|` is the cursor. */
const draft = (shown: string): Draft => ({ text: shown.replace('|', ''), cursor: shown.indexOf('|') });
const shown = ({ text, cursor }: Draft) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

describe('editing a line', () => {
  it.each([
    ['ab|', 'left', 'a|b'],
    ['|ab', 'left', '|ab'],
    ['a|b', 'right', 'ab|'],
    ['ab|c', 'home', '|abc'],
    ['ab|c', 'ctrl-a', '|abc'],
    ['a|bc', 'ctrl-e', 'abc|'],
    ['ab|c', 'backspace', 'a|c'],
    ['|ab', 'backspace', '|ab'],
    ['a|bc', 'delete', 'a|c'],
    ['un deux| trois', 'ctrl-w', 'un | trois'],
    ['un deux  |trois', 'ctrl-w', 'un |trois'],
    ['un| deux', 'ctrl-k', 'un|'],
    ['un| deux', 'ctrl-u', '| deux'],
    ['un deux|', 'alt-b', 'un |deux'],
    ['un| deux trois', 'alt-f', 'un deux| trois'],
    ['a|b', 'ctrl-j', 'a\n|b'],
  ])('%s %s', (before, key, after) => {
    expect(shown(edit(draft(before), key)!)).toBe(after);
  });

  it('takes what a reader takes for one letter as one', () => {
    const text = `é${'é'.normalize('NFD')}👩‍🚀`;
    let now = draftOf(text);
    const steps = [];
    while (now.cursor > 0) {
      now = edit(now, 'left')!;
      steps.push(now.cursor);
    }
    expect(steps).toEqual([3, 1, 0]);
    expect(edit(draftOf(text), 'backspace')!.text).toBe(text.slice(0, 3));
  });

  it('knows what is no key of editing', () => {
    expect(edit(emptyDraft, 'pageup')).toBeUndefined();
  });

  it('puts text in where the cursor is', () => {
    expect(shown(insert(draft('a|d'), 'bc'))).toBe('abc|d');
  });
});

describe('the prompt', () => {
  const say = (prompt: Prompt, text: string) => {
    prompt.insert(text);
    prompt.sent();
  };

  it('fetches lines back, and what was being written below them', () => {
    const prompt = new Prompt();
    say(prompt, 'one');
    say(prompt, 'two');
    prompt.insert('thr');
    const seen = ['up', 'up', 'up', 'down', 'down', 'down'].map(key => {
      prompt.press(key);
      return prompt.draft.text;
    });
    expect(seen).toEqual(['two', 'one', 'one', 'two', 'thr', 'thr']);
  });

  it('keeps a draft a channel', () => {
    const prompt = new Prompt();
    prompt.insert('for dev');
    prompt.turn('dev', 'general');
    expect(prompt.draft.text).toBe('');
    prompt.insert('for general');
    prompt.turn('general', 'dev');
    expect(prompt.draft.text).toBe('for dev');
  });

  const words = {
    commands: ['join', 'leave', 'msg'],
    people: ['Alice', 'Bob', 'Élodie', 'Jean Dupont'],
    channels: ['dev', 'général'],
    sites: ['KC', 'S01', 'S02'],
  };

  it.each([
    ['a command', '/j|', '/join |'],
    ['a person', 'bonjour @bo|', 'bonjour @Bob |'],
    ['a person in the middle', 'dis @bo| que', 'dis @Bob |que'],
    ['a person by a capital with its accent', '@élo|', '@Élodie |'],
    ['a name with a space', '@jean du|', '@Jean Dupont |'],
    ['a channel without its accents', 'vois #gen|', 'vois #général |'],
    ['the channel of /join', '/join #d|', '/join #dev |'],
    ['the channel of /join without its mark', '/join d|', '/join #dev |'],
    ['the person of /msg', '/msg al|', '/msg Alice |'],
    ['the person of /msg with a mark', '/msg @al|', '/msg @Alice |'],
    ['a name after a name', '@Alice @b|', '@Alice @Bob |'],
    ['the site of a command', '/ping k|', '/ping KC |'],
    ['nothing behind the site', '/ping KC s|', '/ping KC s|'],
    ['nothing in a word', 'bo|', 'bo|'],
    ['nothing in an address', 'bob@exa|', 'bob@exa|'],
    ['nothing that is not there', '@zoé|', '@zoé|'],
  ])('completes %s', (_, before, after) => {
    const prompt = new Prompt();
    prompt.write(draft(before));
    prompt.complete(1, words);
    expect(shown(prompt.draft)).toBe(after);
  });

  it('goes through the choices, back, and to what was typed', () => {
    const prompt = new Prompt();
    prompt.insert('@');
    const seen = [];
    for (const by of [1, 1, -1] as const) {
      prompt.complete(by, words);
      seen.push(prompt.draft.text);
    }
    expect(seen).toEqual(['@Alice ', '@Bob ', '@Alice ']);
    expect(prompt.choices).toHaveLength(4);
    prompt.cancel();
    expect(prompt.draft.text).toBe('@');
    expect(prompt.choices).toEqual([]);
  });
});
