import type { Row } from './rows.ts';

/** The row at the bottom of the screen, while somebody reads further up; none at the end. */
export interface Anchor {
  readonly seq: number;
  readonly part: number;
}

/** The index of the last row to show in `height` lines. */
export function bottomOf(rows: readonly Row[], anchor: Anchor | undefined, height: number): number {
  const end = rows.length - 1;
  if (!anchor) return end;
  const index = rows.findLastIndex(({ seq, part }) => seq < anchor.seq || (seq === anchor.seq && part <= anchor.part));
  // At the very beginning the screen is full all the same.
  return Math.min(end, Math.max(index, height - 1));
}

/** The anchor after moving by so many lines; none when the end is reached. */
export function scrolled(rows: readonly Row[], anchor: Anchor | undefined, height: number, lines: number): Anchor | undefined {
  const bottom = Math.max(bottomOf(rows, anchor, height) + lines, Math.min(height, rows.length) - 1);
  const row = rows[bottom];
  return row && bottom < rows.length - 1 ? { seq: row.seq, part: row.part } : undefined;
}
