import type { Draft } from '../chat/line-editor.ts';
import { graphemes, graphemeWidth, take, widthOf } from '../text/width.ts';
import type { Line } from './style.ts';

/**
 * What is being written, in one line that moves sideways so that the cursor is seen. Ends of lines are shown as a mark.
 * @returns the line, and the column of the cursor
 */
export function inputLine(prompt: string, { text, cursor }: Draft, columns: number): { line: Line; column: number } {
  const room = Math.max(2, columns - widthOf(prompt));
  const before = text.slice(0, cursor).replaceAll('\n', '↵');
  const after = text.slice(cursor).replaceAll('\n', '↵');
  // One column stays free for a cursor at the end.
  const shown = tail(before, room - 1);
  const left = shown.length < before.length ? `…${tail(before, room - 2)}` : shown;
  const used = widthOf(left);
  return {
    line: [{ text: prompt, style: { bold: true, colour: 'green' } }, { text: left + take(after, room - used) }],
    column: widthOf(prompt) + used,
  };
}

/** As much of the text's end as goes into so many columns. */
function tail(text: string, columns: number): string {
  let kept = '';
  let used = 0;
  for (const grapheme of graphemes(text).reverse()) {
    used += graphemeWidth(grapheme);
    if (used > columns) break;
    kept = grapheme + kept;
  }
  return kept;
}
