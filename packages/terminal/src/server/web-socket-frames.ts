import { randomBytes } from 'node:crypto';

/** Opcodes of RFC 6455, section 5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  final: boolean;
  opcode: number;
  payload: Buffer;
}

/** A snapshot of a large house fits; somebody who sends without end does not. */
const mostBytes = 64 * 1024 * 1024;

/** One whole message or control frame, masked as a client must. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let i = 0; i < length; i++) masked[i]! ^= mask[i & 3]!;
  return Buffer.concat([head, mask, masked]);
}

/** Cuts a stream of bytes into the frames of a server. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #held = 0;
  #needed = 2;

  /** The frames that `chunk` completes. @throws RangeError when what comes is no frame of a server */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    // A long frame comes in many pieces: they are joined when it is whole, not at every piece.
    if (this.#held < this.#needed) return [];
    let bytes: Buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    for (;;) {
      const size = sizeOf(bytes);
      this.#needed = size?.whole ?? bytes.length + 1;
      if (!size || bytes.length < size.whole) break;
      frames.push({
        final: (bytes[0]! & 0x80) !== 0,
        opcode: bytes[0]! & 0x0f,
        payload: bytes.subarray(size.head, size.whole),
      });
      bytes = bytes.subarray(size.whole);
    }
    this.#chunks = bytes.length > 0 ? [bytes] : [];
    this.#held = bytes.length;
    return frames;
  }
}

/** The length of the head and of the whole frame, as soon as it can be known. */
function sizeOf(bytes: Buffer): { head: number; whole: number } | undefined {
  if (bytes.length < 2) return undefined;
  if ((bytes[0]! & 0x70) !== 0 || (bytes[1]! & 0x80) !== 0) throw new RangeError('not a frame of a server');
  const short = bytes[1]! & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (length > mostBytes) throw new RangeError('a frame too long');
  return { head, whole: head + length };
}
