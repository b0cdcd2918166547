import * as fc from 'fast-check';

const names = fc.constantFrom(
  'session.show',
  'session.resume',
  'session.logIn',
  'log.resume',
  'message.send',
  'message.history',
  'nothing.here',
);
const oldTypes = fc.constantFrom('login', 'register', 'message', 'status', 'users', 'channel_switch', 'nothing');
const trapKeys = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'input',
  'id',
  'do',
  'type',
);

/** A JSON value with keys that trip careless code. */
const value = fc.letrec<{ any: unknown }>(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1e308,
      2 ** 53,
      '',
      '\u0000',
      '\ud800',
      '💥',
      '../../etc/passwd',
      "'; DROP TABLE message; --",
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(trapKeys, fc.string({ maxLength: 8 })), tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

/** An object literal as text: it can have `__proto__` as its own key, and the same key twice. */
const objectText = fc
  .array(fc.tuple(trapKeys, value), { maxLength: 6 })
  .map(pairs => `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`).join(',')}}`);

const wrongFrame = fc
  .record({ id: fc.oneof(fc.nat(3), value), do: fc.oneof(names, value), input: fc.oneof(value, fc.constant({})) }, { requiredKeys: [] })
  .map(frame => JSON.stringify(frame));
const wrongOldLine = fc
  .record(
    {
      type: fc.oneof(oldTypes, value),
      username: value,
      password: value,
      content: value,
      to: value,
      channel: value,
      subtype: value,
      state: value,
    },
    { requiredKeys: ['type'] },
  )
  .map(frame => JSON.stringify(frame));
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 30, max: 20_000 }), fc.boolean())
  .map(([opening, depth, closes]) => opening.repeat(depth) + (closes ? (opening === '[' ? ']' : '}').repeat(depth) : ''));
const huge = fc.integer({ min: 65_500, max: 200_000 }).map(length => `{"id":1,"do":"session.show","input":"${'x'.repeat(length)}"}`);
const cutJson = wrongFrame.chain(text => fc.nat(text.length).map(length => text.slice(0, length)));

const text = fc.oneof(
  { weight: 4, arbitrary: wrongFrame },
  { weight: 3, arbitrary: wrongOldLine },
  { weight: 3, arbitrary: objectText },
  { weight: 1, arbitrary: cutJson },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: huge },
);

const bytes = fc.oneof(
  { weight: 6, arbitrary: text.map(line => Buffer.from(line)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map(list => Buffer.from(list)) },
  // UTF-8 cut in the middle of a letter.
  { weight: 1, arbitrary: fc.nat(20).map(length => Buffer.from('{"id":1,"do":"é👩‍🚀"}').subarray(0, length)) },
);

/** A piece of what a broken or hostile client may send, with or without an end of line. */
export const garbage = fc.tuple(bytes, fc.boolean()).map(([piece, ended]) => (ended ? Buffer.concat([piece, Buffer.from('\n')]) : piece));
