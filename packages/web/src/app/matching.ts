/** A text as it is compared: accents and case do not count. */
export function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * How well what was typed fits a text; higher is better, undefined is not at all.
 * The beginning beats the beginning of a word, that beats the middle, and letters in order come last.
 */
export function fit(typed: string, text: string): number | undefined {
  const wanted = plain(typed.trim());
  if (wanted === '') return 0;
  const among = plain(text);
  const at = among.indexOf(wanted);
  if (at === 0) return 4 - among.length / 1000;
  if (at > 0) return (/[\p{L}\p{N}]/u.test(among[at - 1]!) ? 2 : 3) - among.length / 1000;
  let from = 0;
  for (const letter of wanted) {
    from = among.indexOf(letter, from) + 1;
    if (from === 0) return undefined;
  }
  return 1 - among.length / 1000;
}
