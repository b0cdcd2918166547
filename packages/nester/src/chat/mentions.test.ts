import { limits, userKey, userNameProblem } from '@aerie/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mentionsIn } from './mentions.ts';

/** Looks names up as the server does; a user's id is the name itself. */
function among(...names: string[]) {
  const byKey = new Map(names.map(name => [userKey(name), name]));
  return (text: string, self: string | null = null) => mentionsIn(text, key => byKey.get(key), self);
}

const named = among('Ann', 'Ann Lee', 'Zoé', "O'Neil", 'Jean Dupont', 'dr.no', 'anne-marie', '42', 'Alice.', '李雷', 'Ｗide');

describe('a message names', () => {
  it.each([
    ['@ann', ['Ann']],
    ['@ANN, are you there?', ['Ann']],
    ['ask @Ann.', ['Ann']],
    ["@ann's turn", ['Ann']],
    ['(@ann)', ['Ann']],
    ["d'@ann", ['Ann']],
    ['@Ann Lee and @ann lee', ['Ann Lee']],
    ['@ann leeds', ['Ann']],
    ['@jean  dupont', []],
    ['@Jean Dupont!', ['Jean Dupont']],
    ['@jean dupontel', []],
    ['@zoé', ['Zoé']],
    ['@ZOE\u0301 ici', ['Zoé']],
    ['@zoe', []],
    ["@o'neil", ["O'Neil"]],
    ['@o’neil', ["O'Neil"]],
    ['@dr.no', ['dr.no']],
    ['@dr.nope', []],
    ['@anne-marie', ['anne-marie']],
    ['@ann-sophie', []],
    ['@ann-', ['Ann']],
    ['@alice.', ['Alice.']],
    ['@42 et @４２', ['42']],
    ['@李雷', ['李雷']],
    ['@wide', ['Ｗide']],
    ['@ann @zoé @ann', ['Ann', 'Zoé']],
    ['@\nann', []],
    ['@ann\nlee', ['Ann']],
  ])('%j: %j', (text, names) => {
    expect(named(text)).toEqual(names);
  });

  it.each([
    'ann',
    'bob@ann',
    'bob@ann.example',
    'é@ann',
    '𝒶@ann',
    'https://example.org/@ann',
    '@ann@example.org',
    '@@ann',
    '@ann_1',
    '@anna',
    '@',
    '',
  ])('nobody: %j', text => {
    expect(named(text)).toEqual([]);
  });

  it.each([
    ['`@ann`', []],
    ['`` `@ann` ``', []],
    ['`x` @ann `y`', ['Ann']],
    ['` @ann', ['Ann']],
    ['``` @ann ```', []],
    ['```\n@ann', []],
    ['so ``` @ann', ['Ann']],
    ['@zoé\n```ts\n@ann\n```\n@42', ['Zoé', '42']],
    ['`a` b `@ann', ['Ann']],
  ])('nobody inside code: %j', (text, names) => {
    expect(named(text)).toEqual(names);
  });

  it('not whoever says it, and not more than the limit', () => {
    expect(named('@ann @zoé', 'Ann')).toEqual(['Zoé']);
    const names = Array.from({ length: limits.mentions + 5 }, (_, i) => `user${i}`);
    const many = among(...names)(names.map(name => `@${name}`).join(' '));
    expect(many).toEqual(names.slice(0, limits.mentions));
  });

  it('is not looked for behind hundreds of marks', () => {
    expect(named(`${'@ '.repeat(limits.mentions * 4 - 1)}@ann`)).toEqual(['Ann']);
    expect(named(`${'@ '.repeat(limits.mentions * 4)}@ann`)).toEqual([]);
  });

  it('takes no time for a text of nothing but doors to it', () => {
    const began = performance.now();
    for (const text of ['@', '@a ', '@a b c d e f g h ', '`', '` ``', '@`', '@.-', '@ann']) {
      const long = text.repeat(Math.floor(limits.contentChars / text.length));
      mentionsIn(`@${long}`, () => undefined, null);
    }
    const lengths = Array.from({ length: 170 }, (_, i) => '`'.repeat(i + 1)).join('@');
    mentionsIn(lengths, () => undefined, null);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  const name = fc
    .stringMatching(/^[\p{L}\p{N}][\p{L}\p{N}._'-]{0,12}(?: [\p{L}\p{N}._'-]{1,12}){0,2}$/u)
    .filter(text => userNameProblem(text) === undefined && !/[.-]$/.test(text));
  /** What a text may go on with behind a name. */
  const after = fc.constantFrom('', ' ', ', ', '!', '\n', ' ?', '…', ')', ' :)', '’s');
  const before = fc.constantFrom('', ' ', '(', 'voir ', "l'", '\n', '> ', '🙂', ',');

  it('any name there is, in any case and composition, by the longest that is written', () => {
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 5 }), before, after, fc.constantFrom('NFC', 'NFD'), (one, others, start, end, form) => {
        const everybody = [...others.filter(other => userKey(other) !== userKey(one)), one];
        const text = `${start}@${one.normalize(form)}${end}`;
        const [found] = among(...everybody)(text);
        const written = userKey(`${one}${end}`.replaceAll('’', "'"));
        const longer = everybody.some(other => userKey(other).length > userKey(one).length && written.startsWith(userKey(other)));
        if (!longer) expect(found).toBe(one);
        expect(among(...everybody)(text.toUpperCase().toLowerCase() === text.toLowerCase() ? text.toUpperCase() : text)[0]).toBe(found);
      }),
    );
  });

  it('only members, whatever the text', () => {
    const text = fc.array(
      fc.oneof(fc.constantFrom('@', '`', ' ', '.', 'ann', 'Ann Lee', 'é', '\n', '🙂', '_'), fc.string({ unit: 'binary' })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(text, parts => {
        for (const one of named(parts.join(''))) expect(parts.join('').normalize('NFKC').toLowerCase()).toContain(userKey(one));
      }),
    );
  });
});
