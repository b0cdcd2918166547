/** Rows under their headings, in columns; nothing but headings when there are no rows. What others typed cannot steer the terminal. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows].map(row => row.map(printable));
  const widths = headings.map((_, column) => Math.max(...all.map(row => width(row[column]!))));
  return all
    .map(
      row =>
        `${row
          .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Letters as people count them: combining marks take no column. */
function width(text: string): number {
  return [...text.normalize('NFC')].length;
}

/** Control characters, and those that turn the direction of writing, as �. */
function printable(text: string): string {
  return text.replace(controls, '\ufffd');
}

/** Lines of others as they may be shown on a terminal, which would do what a control character says. */
export function shownLines(text: string): string {
  return text.replace(controls, control => (control === '\n' ? control : '\ufffd'));
}

const controls = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
