import { readFileSync } from 'node:fs';

const rows = ['1234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn'];
const lookAlikes: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '€': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * True for a password that guessers try early: a word of the list, whatever its case and the digits and signs around it
 * (`Password2026!`), with digits for letters (`p@ssw0rd`), said twice; a row of the keyboard; few different characters.
 */
export function isCommon(password: string): boolean {
  const text = fold(password);
  const said = unrepeated(text);
  if (new Set(text).size <= 3 || (said !== text && said.length <= 4)) return true;
  return [text, trim(text), substitute(trim(text)), trim(substitute(text))].some(form => isWord(form) || isWord(unrepeated(form)));
}

function isWord(text: string): boolean {
  return isRun(text) || words().has(text);
}

/** Case and accents ignored. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Without the digits and signs at both ends. */
function trim(text: string): string {
  return text.replace(/^\P{L}+|\P{L}+$/gu, '');
}

function substitute(text: string): string {
  return text.replace(/[@43€1!0$57]/g, sign => lookAlikes[sign]!);
}

/** `abcabc` is `abc` said twice: the shortest part whose repetition is the text. */
function unrepeated(text: string): string {
  const period = (text + text).indexOf(text, 1);
  return period < text.length ? text.slice(0, period) : text;
}

/** A stretch of a row of keys, of the alphabet or of the digits, in either direction, around its end too. */
function isRun(text: string): boolean {
  if (text.length < 4) return false;
  const backwards = [...text].reverse().join('');
  return rows.some(row => {
    const long = row.repeat(Math.ceil(text.length / row.length) + 1);
    return long.includes(text) || long.includes(backwards);
  });
}

let list: ReadonlySet<string> | undefined;

/** Read when it is first needed. */
function words(): ReadonlySet<string> {
  list ??= new Set(
    readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter(line => !line.startsWith('#'))
      .flatMap(line => line.split(' '))
      .filter(Boolean),
  );
  return list;
}
