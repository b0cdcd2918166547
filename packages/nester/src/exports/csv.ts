import type { ExportForm } from '@aerie/contract';
import { stringify } from 'csv-stringify/sync';

/** Rows of CSV, each with its end of line. */
export function csvRows(rows: readonly (readonly string[])[], separator: ExportForm['separator'] = 'comma'): string {
  return stringify(
    rows.map(row => row.map(disarmed)),
    { delimiter: separator === 'comma' ? ',' : ';' },
  );
}

/** A cell that begins with one of these, a spreadsheet takes for a formula, and runs it; the wide ones are those of Asian keyboards. */
const signs = '=+\\-@＝＋－＠';
const beginsFormula = new RegExp(`^[\\s"']*[${signs}]|^[\\t\\r\\n]`, 'u');
/** The look behind keeps it linear: nobody can make it slow with thousands of blanks. */
const beforeSign = new RegExp(`(?<![;\\s"'])[;\\s"']+(?=[${signs}])`, 'gu');

/**
 * The text of a cell as no spreadsheet runs it. Where the list separator is a semicolon, as in France, a cell of ours may
 * be cut at those and at ends of lines, so what would begin a formula there is disarmed too.
 */
export function disarmed(text: string): string {
  const inner = text.replace(beforeSign, gap => (/[;\t\r\n]/.test(gap) ? `${gap}'` : gap));
  return beginsFormula.test(text) ? `'${inner}` : inner;
}
