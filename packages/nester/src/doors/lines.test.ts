import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiJson, decodeLine, LineSplitter, parseFrame } from './lines.ts';

const cut = (bytes: Buffer, cuts: readonly number[]) => {
  const points = [0, ...cuts.map(n => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, i) => bytes.subarray(points[i], end));
};

describe('LineSplitter', () => {
  it('gives the same lines wherever TCP cuts, accents and emoji included', () => {
    const text = fc.string({ unit: 'grapheme' }).map(s => s.replace(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(text), fc.array(fc.nat()), (lines, cuts) => {
        const splitter = new LineSplitter();
        const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''));
        const got = cut(bytes, cuts).flatMap(chunk => splitter.push(chunk));
        expect(got.map(decodeLine)).toEqual(lines.map(line => line.toWellFormed().replace(/^\ufeff/, '')));
        expect(splitter.held).toBe(0);
      }),
    );
  });

  it('drops a carriage return before the end and keeps others', () => {
    expect(new LineSplitter().push(Buffer.from('a\rb\r\n\r\nc\n')).map(String)).toEqual(['a\rb', '', 'c']);
  });

  it('refuses a line over the cap, ended or not, in one chunk or many', () => {
    expect(() => new LineSplitter(4).push(Buffer.from('12345\n'))).toThrow(/longer than 4/);
    const splitter = new LineSplitter(4);
    splitter.push(Buffer.from('123'));
    expect(() => splitter.push(Buffer.from('45'))).toThrow(/longer than 4/);
    expect(new LineSplitter(4).push(Buffer.from('1234\n'))).toHaveLength(1);
  });

  it('does not keep the socket’s buffer alive for the rest of a line', () => {
    const chunk = Buffer.from('rest');
    const splitter = new LineSplitter();
    splitter.push(chunk);
    chunk.fill(0);
    expect(splitter.push(Buffer.from('\n')).map(String)).toEqual(['rest']);
  });
});

describe('decodeLine', () => {
  it('reads windows-1252 where a line is not UTF-8', () => {
    expect(decodeLine(Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x80]))).toBe('café €');
    expect(decodeLine(Buffer.from('café €'))).toBe('café €');
  });

  it('leaves a byte order mark out', () => {
    expect(decodeLine(Buffer.from('\ufeff{"a":"é"}'))).toBe('{"a":"é"}');
    expect(decodeLine(Buffer.from([0xef, 0xbb, 0xbf, 0xe9]))).toBe('é');
  });
});

describe('parseFrame', () => {
  it.each(['', 'nope', '[]', '1', 'null', '"a"', '{"a":1', '{"a":1}{}'])('refuses %j', text => {
    expect(() => parseFrame(text)).toThrow(/not a frame/);
  });

  it('refuses deep nesting and is not fooled by brackets in strings', () => {
    expect(() => parseFrame(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`)).toThrow(/nested deeper/);
    expect(parseFrame(`{"a":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`).a).toHaveLength(201);
  });

  it('does not let __proto__ touch anything', () => {
    const frame = parseFrame('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(frame)).toEqual(['__proto__']);
  });

  it('never throws anything but a told error', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          parseFrame(text);
        } catch (error) {
          expect((error as { code: string }).code).toBe('bad_frame');
        }
      }),
    );
  });
});

describe('asciiJson', () => {
  it('is ASCII and reads back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const json = asciiJson({ text });
        expect(json).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});
