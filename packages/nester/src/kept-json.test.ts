import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameLine, keepJson } from './kept-json.ts';

const joined = (line: ReturnType<typeof frameLine>) =>
  typeof line === 'string' ? line : Buffer.concat(line.map(part => Buffer.from(part))).toString();

it('makes the same line as JSON.stringify, whatever is kept and wherever it stands', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), fc.jsonValue(), (before, list, after) => {
      const frame = (users: unknown) => ({ id: 1, ok: { before, users, after, again: [users] } });
      const line = frameLine(frame(keepJson([...list])));
      expect(typeof line).not.toBe('string');
      expect(joined(line)).toBe(`${JSON.stringify(frame(list))}\n`);
    }),
  );
});

it('takes kept values inside kept values', () => {
  const inner = keepJson([{ name: 'é' }]);
  expect(joined(frameLine({ ok: keepJson({ inner }) }))).toBe('{"ok":{"inner":[{"name":"é"}]}}\n');
});

it('is a plain text where nothing is kept, and elsewhere a kept value is what it always was', () => {
  const kept = keepJson([1, 2]);
  expect(frameLine({ id: 2 })).toBe('{"id":2}\n');
  expect(JSON.stringify({ kept })).toBe('{"kept":[1,2]}');
  expect(kept).toEqual([1, 2]);
});
