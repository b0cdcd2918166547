/** What has no business in a text: control characters, broken pairs, line separators, marks that turn the direction of writing. */
const unwanted = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/u;
const allUnwanted = new RegExp(unwanted, 'gu');
const suspicious = /\\u|\\[bfnrt]|[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

/**
 * False when a JSON text certainly holds nothing that `cleaned` removes: most reports need no second look.
 * @param isAscii all of it is: then two searches, which are faster by far, say it of most
 */
export function mayHoldUnwanted(json: string, isAscii = false): boolean {
  if (isAscii && !json.includes('\\') && !json.includes('\u007f')) return false;
  return suspicious.test(json);
}

/** A text without what has no business in it. Markup stays: it is text. */
export function cleanText(text: string): string {
  return unwanted.test(text) ? text.replace(allUnwanted, '') : text;
}

/** A JSON value with all its texts cleaned. */
export function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cleaned(one)]));
}
