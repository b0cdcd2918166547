/** Where the cursor stands, from 0. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/**
 * What to write so that a screen that shows `before` shows `after`: only the lines that changed. The line is cleared
 * before it is written, since after its last column a terminal would clear that column.
 */
export function paint(before: readonly string[], after: readonly string[], cursor: Place): string {
  const changes: string[] = [];
  for (let row = 0; row < Math.max(before.length, after.length); row++) {
    if (before[row] !== after[row]) changes.push(`\u001b[${row + 1};1H\u001b[2K${after[row] ?? ''}`);
  }
  const place = `\u001b[${cursor.row + 1};${cursor.column + 1}H`;
  return changes.length === 0 ? place : `\u001b[?25l${changes.join('')}${place}\u001b[?25h`;
}
