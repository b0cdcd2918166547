import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientFrame, type Frame, FrameReader, opcodes } from './web-socket-frames.ts';

/** A frame as a server sends it, written down independently of what is tested. */
function serverFrame({ final, opcode, payload }: Frame): Buffer {
  const { length } = payload;
  const first = (final ? 0x80 : 0) | opcode;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  if (length < 65_536) return Buffer.concat([Buffer.from([first, 126, length >> 8, length & 0xff]), payload]);
  return Buffer.concat([Buffer.from([first, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]), payload]);
}

const text = (length: number, final = true): Frame => ({ final, opcode: opcodes.text, payload: Buffer.alloc(length, 'x') });

describe('frames from a server', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('of %i bytes', length => {
    expect(new FrameReader().push(serverFrame(text(length)))).toEqual([text(length)]);
  });

  it('are the same however they are cut into pieces', () => {
    const frames = [text(3), text(0, false), text(300), { final: true, opcode: opcodes.ping, payload: Buffer.from('hi') }, text(70_000)];
    const bytes = Buffer.concat(frames.map(serverFrame));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 40 }), lengths => {
        const reader = new FrameReader();
        const read: Frame[] = [];
        let from = 0;
        for (let i = 0; from < bytes.length; i++) {
          const to = from + lengths[i % lengths.length]!;
          read.push(...reader.push(bytes.subarray(from, to)));
          from = to;
        }
        expect(read).toEqual(frames);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['a masked one', clientFrame(opcodes.text, Buffer.from('x'))],
    ['reserved bits', Buffer.from([0xc1, 0])],
    ['more than anybody sends', Buffer.from([0x81, 127, 0, 1, 0, 0, 0, 0, 0, 0])],
  ])('not %s', (_, bytes) => {
    expect(() => new FrameReader().push(bytes)).toThrow(RangeError);
  });
});

describe('frames of ours', () => {
  it.each([0, 5, 125, 126, 65_535, 65_536])('of %i bytes are whole and masked', length => {
    const payload = Buffer.alloc(length, 'é');
    const frame = clientFrame(opcodes.text, payload);
    const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    expect(frame.length).toBe(head + 4 + length);
    expect(frame[0]).toBe(0x81);
    expect(frame[1]! & 0x80).toBe(0x80);
    const mask = frame.subarray(head, head + 4);
    expect(Buffer.from(frame.subarray(head + 4).map((byte, i) => byte ^ mask[i & 3]!)).equals(payload)).toBe(true);
  });
});
