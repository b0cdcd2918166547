import { graphemes, graphemeWidth, widthOf } from './width.ts';

/**
 * Text in lines of at most `columns`: broken between words, and inside a word only where it fills a line alone.
 * Ends of lines in the text stay; spaces at a break go.
 */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(2, columns);
  return text.split('\n').flatMap(line => wrapLine(line, width));
}

function wrapLine(text: string, columns: number): string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  let used = 0;
  // A word with the spaces before it. A space that does not break (U+00A0, as French sets before "!") stays inside its word.
  for (const [piece, spaces = '', word = ''] of text.matchAll(/( *)([^ ]+)|( +)$/g)) {
    if (used + widthOf(piece) <= columns) {
      line += piece;
      used += widthOf(piece);
      continue;
    }
    if (line !== '') lines.push(line);
    [line, used] = ['', 0];
    // The indentation of the first line is the writer's; at a break, the spaces have done their work.
    for (const grapheme of graphemes(lines.length === 0 ? spaces + word : word)) {
      const more = graphemeWidth(grapheme);
      if (used + more > columns) {
        lines.push(line);
        [line, used] = ['', 0];
      }
      line += grapheme;
      used += more;
    }
  }
  lines.push(line);
  return lines;
}
