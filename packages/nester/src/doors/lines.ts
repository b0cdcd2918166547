import { isUtf8 } from 'node:buffer';
import { AppError, limits } from '@aerie/contract';

const newline = 10;
const carriageReturn = 13;
const windows1252 = new TextDecoder('windows-1252');

/**
 * Cuts a stream of bytes into lines, wherever TCP cut it. Lines end with `\n`; a `\r` before it is dropped.
 * @throws AppError `frame_too_large` from `push` once a line is longer than the cap; the splitter is of no more use then.
 */
export class LineSplitter {
  readonly #cap: number;
  #parts: Buffer[] = [];
  #held = 0;

  constructor(cap: number = limits.frameBytes) {
    this.#cap = cap;
  }

  /** Bytes of the line that has not ended yet. */
  get held(): number {
    return this.#held;
  }

  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      lines.push(this.#finish(chunk.subarray(from, end)));
      from = end + 1;
    }
    if (from < chunk.length) {
      this.#held += chunk.length - from;
      if (this.#held > this.#cap) throw new AppError('frame_too_large', { max: this.#cap });
      // A copy: the socket's buffer is large, the rest of a line is small and may wait long.
      this.#parts.push(Buffer.from(chunk.subarray(from)));
    }
    return lines;
  }

  #finish(end: Buffer): Buffer {
    let line = end;
    if (this.#held > 0) {
      line = Buffer.concat([...this.#parts, end]);
      this.#parts = [];
      this.#held = 0;
    }
    if (line.length > this.#cap) throw new AppError('frame_too_large', { max: this.#cap });
    return line.length > 0 && line[line.length - 1] === carriageReturn ? line.subarray(0, -1) : line;
  }
}

/**
 * The text of a line: UTF-8, or windows-1252 when it is not valid UTF-8 (French Windows clients send that).
 * A byte order mark, which .NET writes before the first line, is no part of it.
 */
export function decodeLine(whole: Buffer): string {
  const line = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? whole.subarray(3) : whole;
  return isUtf8(line) ? line.toString('utf8') : windows1252.decode(line);
}

/**
 * The object that a line holds.
 * @throws AppError `bad_frame` when it is not one JSON object, or nested deeper than the cap
 */
export function parseFrame(text: string): Record<string, unknown> {
  if (mayBeDeep(text) && depth(text) > limits.frameDepth)
    throw new AppError('bad_frame', { reason: `nested deeper than ${limits.frameDepth}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('bad_frame', { reason: 'not JSON' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AppError('bad_frame', { reason: 'not an object' });
  return value as Record<string, unknown>;
}

/** True when there are brackets enough to nest deeper than the cap, wherever they stand: most frames have two. */
function mayBeDeep(text: string): boolean {
  let left = limits.frameDepth;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) if (--left < 0) return true;
  }
  return false;
}

/** How deep brackets nest outside strings. */
function depth(text: string): number {
  let level = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92 /* \ */) i++;
      else if (code === 34 /* " */) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      if (++level > deepest) deepest = level;
    } else if (code === 125 || code === 93) level--;
  }
  return deepest;
}

/** JSON in ASCII only, as the old clients expect (two of them decode with the platform's charset). */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
