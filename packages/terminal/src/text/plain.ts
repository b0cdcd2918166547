const esc = String.fromCharCode(0x1b);
const bel = String.fromCharCode(0x07);

/** Whole escape sequences of terminals: CSI, the strings (OSC, DCS, SOS, PM, APC) up to their end, and the short ones. */
const sequences = new RegExp(
  [
    `(?:${esc}\\[|\\x9b)[0-?]*[ -/]*[@-~]?`,
    `(?:${esc}[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^${bel}${esc}\\x9c\\n]*(?:${bel}|${esc}\\\\|\\x9c)?`,
    `${esc}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);
/** Other control characters, and what turns the direction of writing, hides text or joins what is apart. */
const others = /(?!\n)\p{Cc}|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/**
 * Text from outside as it may go to a terminal: without escape sequences, control characters and marks that turn the
 * direction of writing, so that no name and no message can move the cursor, set the title or hide what is written.
 * Ends of lines stay, a tab becomes spaces.
 */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll('\t', '    ')
    .replace(sequences, '')
    .replace(others, '');
}

/** The same in one line: the ends of lines become a mark. */
export function oneLine(text: string): string {
  return plain(text).replace(/\n+$/, '').replaceAll('\n', ' ↵ ');
}
