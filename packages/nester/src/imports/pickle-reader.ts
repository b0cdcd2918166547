import { isUtf8 } from 'node:buffer';
import { BufferReader } from 'pickleparser';

const newline = 10;
const opcodes = { unicode: 0x56, string: 0x53, long1: 0x8a } as const;
const windows1252 = new TextDecoder('windows-1252');
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The bytes of a pickle, read as Python reads them where pickleparser's own reader does not: text of protocol 0 with its
 * escapes, numbers of any length, and no length that leads backwards (which would be read for ever).
 */
export class PickleReader extends BufferReader {
  readonly #buffer: Uint8Array;
  #last = 0;
  #beforeLast = 0;

  constructor(buffer: Uint8Array) {
    super(buffer);
    this.#buffer = buffer;
  }

  override byte(): number {
    this.#beforeLast = this.#last;
    this.#last = super.byte();
    return this.#last;
  }

  override skip(bytes: number): void {
    if (!(bytes >= 0)) throw new Error('a length is negative');
    super.skip(bytes);
  }

  override uint64(): number {
    const low = this.uint32();
    const high = this.uint32();
    if (high > 0) throw new Error('a length is beyond all measure');
    return low;
  }

  override bytes(length: number): Uint8Array {
    const bytes = super.bytes(length) as Uint8Array;
    // Nobody wants the number; that it is one is enough.
    return this.#beforeLast === opcodes.long1 ? bytes.subarray(0, 4) : bytes;
  }

  override string(size: number, encoding: 'ascii' | 'utf-8'): string {
    const bytes = this.bytes(size);
    return encoding === 'utf-8' ? utf8.decode(bytes) : textOf(bytes);
  }

  override line(): string {
    const end = this.#buffer.indexOf(newline, this.position);
    if (end === -1) throw new Error('a line has no end');
    const bytes = Buffer.from(super.bytes(end - this.position));
    this.skip(1);
    if (this.#last === opcodes.unicode) return rawUnicodeUnescaped(bytes.toString('latin1'));
    if (this.#last === opcodes.string) return textOf(Buffer.from(unescaped(bytes.toString('latin1')), 'latin1'));
    return bytes.toString('latin1');
  }
}

/** Strings of Python 2 are bytes in whatever encoding the machine had. */
function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? utf8.decode(bytes) : windows1252.decode(bytes);
}

/** Python's raw-unicode-escape: latin-1, and \u and \U for the rest. */
function rawUnicodeUnescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt((short ?? long) as string, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The escapes of a quoted string as Python's repr writes them. */
function unescaped(text: string): string {
  const letters: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/gis, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (letters[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
