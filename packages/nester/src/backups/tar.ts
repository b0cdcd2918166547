/**
 * Tar archives, as much of them as a backup needs: plain files and folders, written as GNU tar and bsdtar read them.
 * What is read is bounded before it is held in memory, since whoever verifies a backup may not know who made it.
 */

const blockBytes = 512;
const endBlocks = Buffer.alloc(2 * blockBytes);
/** A size in octal has eleven digits (8 GiB); a larger one stands in an extended header. */
const largestOctal = 0o77777777777;
/** An extended header of ours holds a path and a size. */
const extendedBytes = 8_192;

/** What an archive says of a file or a folder before its content. */
export interface TarHeader {
  /** With `/` between its parts; a folder's without one at the end. */
  path: string;
  kind: 'file' | 'folder';
  bytes: number;
  mode: number;
  /** Milliseconds since 1970. */
  writtenAt: number;
}

/** What is to be written; the content is exactly as long as the header says. */
export interface TarSource extends TarHeader {
  content?: AsyncIterable<Buffer> | Iterable<Buffer>;
}

/** An archive that is not one, or not one of ours. */
export class TarFault extends Error {}

/** The bytes of an archive. */
export async function* writeTar(sources: AsyncIterable<TarSource>): AsyncGenerator<Buffer> {
  for await (const source of sources) {
    yield headerOf(source);
    let written = 0;
    for await (const chunk of source.content ?? []) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== source.bytes) throw new Error(`${source.path} has ${written} bytes, not ${source.bytes}`);
    yield Buffer.alloc(paddingOf(written));
  }
  yield endBlocks;
}

function headerOf({ path, kind, bytes, mode, writtenAt }: TarHeader): Buffer {
  const name = kind === 'folder' ? `${path}/` : path;
  const seconds = Math.max(0, Math.floor(writtenAt / 1_000));
  const plain = /^[\x20-\x7e]{1,100}$/.test(name) && bytes <= largestOctal;
  if (plain) return block(name, kind === 'folder' ? '5' : '0', bytes, mode, seconds);
  const records = Buffer.concat([record('path', name), record('size', String(bytes))]);
  return Buffer.concat([
    block('pax', 'x', records.length, 0o600, seconds),
    records,
    Buffer.alloc(paddingOf(records.length)),
    // A reader that knows no extended headers still gets some name.
    block(name.replaceAll(/[^\x20-\x7e]/g, '_').slice(-100), kind === 'folder' ? '5' : '0', Math.min(bytes, largestOctal), mode, seconds),
  ]);
}

/** One header of the POSIX ustar format (POSIX.1-2017, pax, "ustar Interchange Format"). */
function block(name: string, type: string, bytes: number, mode: number, seconds: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, width: number) => header.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
  header.write(name, 0, 100, 'latin1');
  octal(mode & 0o7777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes, 124, 12);
  octal(seconds, 136, 12);
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** `27 path=files/été.bin\n`: its length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** Of a header, its own field of the sum counted as spaces. */
function sumOf(header: Buffer): number {
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum;
}

const paddingOf = (bytes: number) => (blockBytes - (bytes % blockBytes)) % blockBytes;

/** A file or folder of an archive that is being read; what its reader leaves of the content is passed over. */
export interface TarEntry extends TarHeader {
  content: AsyncIterable<Buffer>;
}

/** All of a content in memory: for what is known to be small. */
export async function gathered(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * The files and folders of an archive, in order.
 * @throws TarFault at what is neither file nor folder, or is damaged
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const source = new Source(chunks);
  let extended: Extended = {};
  for (;;) {
    const header = await source.exactly(blockBytes);
    if (header.every(byte => byte === 0)) break;
    const { type, ...plain } = parsed(header);
    if (type === 'x') {
      if (plain.bytes > extendedBytes) throw new TarFault('holds an extended header that is too long');
      extended = recordsOf(await source.exactly(plain.bytes));
      await source.exactly(paddingOf(plain.bytes));
      continue;
    }
    const isFolder = type === '5';
    if (!isFolder && type !== '0' && type !== '\0')
      throw new TarFault(`holds something that is neither file nor folder (type ${JSON.stringify(type)})`);
    const path = (extended.path ?? plain.path).replace(/\/$/, '');
    const bytes = extended.size ?? plain.bytes;
    if (isFolder && bytes > 0) throw new TarFault('holds a folder with content');
    extended = {};
    let left = bytes;
    const content = async function* () {
      while (left > 0) {
        const some = await source.some(left);
        left -= some.length;
        yield some;
      }
    };
    yield { ...plain, path, bytes, kind: isFolder ? 'folder' : 'file', content: { [Symbol.asyncIterator]: content } };
    while (left > 0) left -= (await source.some(left)).length;
    await source.exactly(paddingOf(bytes));
  }
  await source.onlyZeros();
}

function parsed(header: Buffer): { path: string; type: string; bytes: number; mode: number; writtenAt: number } {
  const text = (at: number, width: number) => {
    const field = header.subarray(at, at + width);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end === -1 ? width : end);
  };
  const octal = (at: number, width: number) => {
    const digits = text(at, width).trim();
    if (!/^[0-7]*$/.test(digits)) throw new TarFault('holds a damaged header');
    return Number.parseInt(digits || '0', 8);
  };
  if (octal(148, 8) !== sumOf(header)) throw new TarFault('holds a damaged header');
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  return {
    path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    type: String.fromCharCode(header[156]!),
    bytes: octal(124, 12),
    mode: octal(100, 8) & 0o2777,
    writtenAt: octal(136, 12) * 1_000,
  };
}

interface Extended {
  path?: string;
  size?: number;
}

function recordsOf(bytes: Buffer): Extended {
  const found: Extended = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = Number(bytes.toString('latin1', at, space));
    if (space === -1 || !Number.isInteger(length) || length < 5 || at + length > bytes.length) throw new TarFault('holds a damaged header');
    const [, key, value] = /^([^=]+)=([\s\S]*)\n$/.exec(bytes.toString('utf8', space + 1, at + length)) ?? [];
    if (key === 'path') found.path = value!;
    if (key === 'size') {
      const size = Number(value);
      if (!Number.isSafeInteger(size) || size < 0) throw new TarFault('holds a damaged header');
      found.size = size;
    }
    at += length;
  }
  return found;
}

/** Chunks of any length, taken in the lengths that are wanted. */
class Source {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** At least one byte, and no more than `most`. */
  async some(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) throw new TarFault('is cut off');
      this.#rest = next.value;
    }
    const some = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(some.length);
    return some;
  }

  async exactly(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = bytes; left > 0; ) {
      const some = await this.some(left);
      parts.push(some);
      left -= some.length;
    }
    return Buffer.concat(parts);
  }

  /** Reads to the end. Archives are filled up with zeros to some round length. */
  async onlyZeros(): Promise<void> {
    for (let chunk = this.#rest; ; ) {
      if (chunk.some(byte => byte !== 0)) throw new TarFault('goes on after its end');
      const next = await this.#chunks.next();
      if (next.done) return;
      chunk = next.value;
    }
  }
}
