const newline = 10;
/** Far more than a message may have: what is longer is cut, and refused for its length. */
const mostBytes = 1024 * 1024;

/** A line of standard input and its number, from 1. */
export interface InputLine {
  readonly number: number;
  readonly text: string;
}

/** The lines of a stream of bytes, as they come. */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<InputLine> {
  let parts: Buffer[] = [];
  let held = 0;
  let number = 0;
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      number += 1;
      yield { number, text: decoded(Buffer.concat([...parts, chunk.subarray(from, end)])) };
      parts = [];
      held = 0;
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    held += chunk.length - from;
    if (held > mostBytes) break;
  }
  if (parts.length > 0) yield { number: number + 1, text: decoded(Buffer.concat(parts)) };
}

/** All of a stream, without the end of its last line. */
export async function wholeOf(input: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    held += chunk.length;
    if (held > mostBytes) break;
  }
  return decoded(Buffer.concat(chunks)).replace(/\n+$/, '');
}

/** What is not UTF-8 is read as windows-1252, which editors on Windows write. */
function decoded(bytes: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  return text.replace(/\r+(?=\n|$)/g, '');
}
