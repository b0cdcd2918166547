/** Ranges that East Asian Width (UAX 11) calls wide or fullwidth, besides emoji. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x2fffd],
  [0x30000, 0x3fffd],
];
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One column a character, and no character that joins the one before. */
const simple = /^[\x20-\x7e\u00a0-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u25ff]*$/;
const noWidth = /^[\p{M}\p{Cf}\p{Cc}]+$/u;
const picture = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u;

/** What a reader takes for one character: a letter with its accents, an emoji of several parts. */
export function graphemes(text: string): string[] {
  if (simple.test(text)) return text.split('');
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (simple.test(text)) return text.length;
  let columns = 0;
  for (const grapheme of graphemes(text)) columns += graphemeWidth(grapheme);
  return columns;
}

/** The columns of one grapheme: 0, 1 or 2. */
export function graphemeWidth(grapheme: string): 0 | 1 | 2 {
  if (simple.test(grapheme)) return grapheme.length > 0 ? 1 : 0;
  if (noWidth.test(grapheme)) return 0;
  if (picture.test(grapheme)) return 2;
  const code = grapheme.codePointAt(0)!;
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** The text in at most so many columns; `…` stands for what was cut off. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 0) return '';
  return `${take(text, columns - 1)}…`;
}

/** As much of the text's beginning as goes into so many columns. */
export function take(text: string, columns: number): string {
  let taken = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > columns) break;
    taken += grapheme;
  }
  return taken;
}

/** The text in exactly so many columns, cut or filled with spaces. */
export function pad(text: string, columns: number): string {
  const fitted = fit(text, columns);
  return fitted + ' '.repeat(Math.max(0, columns - widthOf(fitted)));
}
