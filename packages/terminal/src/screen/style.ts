import { oneLine } from '../text/plain.ts';
import { fit, widthOf } from '../text/width.ts';

type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

export interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
  readonly colour?: Colour;
}

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
  /** The column, from 0, at which it stands wherever the text before it may have ended. */
  readonly column?: number;
}

/** One line of the screen. */
export type Line = readonly Span[];

/** The sixteen colours that each terminal's own theme defines: they are readable on light and on dark. */
const codes: Record<Colour, number> = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };
const nameColours: readonly Colour[] = ['cyan', 'magenta', 'green', 'blue', 'yellow'];

/** The colour by which a person is known again. */
export function colourOf(name: string): Colour {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 65_521;
  return nameColours[sum % nameColours.length]!;
}

/** A line as a terminal takes it. No span can bring control characters along. */
export function render(line: Line, colours: boolean): string {
  return line
    .map(({ text, style = {}, column }) => {
      const place = column === undefined ? '' : `\u001b[${column + 1}G`;
      const marks = [
        style.bold && 1,
        style.dim && 2,
        style.inverse && 7,
        // https://no-color.org: bold, dim and inverse are no colours.
        colours && style.colour && codes[style.colour],
      ].filter(Boolean);
      const clean = oneLine(text);
      return place + (marks.length > 0 ? `\u001b[${marks.join(';')}m${clean}\u001b[0m` : clean);
    })
    .join('');
}

/** A line in at most so many columns. */
export function clip(line: Line, columns: number): Line {
  let room = columns;
  return line.map(span => {
    const text = fit(span.text, room);
    room -= widthOf(text);
    return text === span.text ? span : { ...span, text };
  });
}

/** A line without its styles. */
export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}
