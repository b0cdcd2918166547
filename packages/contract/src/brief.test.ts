import fc from 'fast-check';
import { expect, it } from 'vitest';
import { briefOf, frameOfSaid } from './brief.ts';
import { events } from './events.ts';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const message = fc.record({
  messageId: id,
  channelId: id,
  seq: fc.nat(),
  authorId: fc.option(id),
  authorName: fc.string(),
  content: fc.string(),
  createdAt: fc.nat(),
  editedAt: fc.constant(null),
});
const said = fc.tuple(message, fc.option(id)).map(([one, nonce]) => ({ ...one, ...(nonce === null ? {} : { nonce }) }));

it('says the same as the full form', () => {
  fc.assert(
    fc.property(said, one => {
      const brief = briefOf(one)!;
      const frame = frameOfSaid(JSON.parse(JSON.stringify({ seq: one.seq, said: brief })));
      expect(frame).toEqual({ seq: one.seq, event: 'message.created', message: one });
      const { seq: _, event: __, ...body } = frame;
      events['message.created'].body.parse(body);
    }),
  );
});

it('leaves to the full form what has more to it', () => {
  const plain = { messageId: 'm', channelId: 'c', seq: 1, authorId: null, authorName: 'zoé', content: 'x', createdAt: 1, editedAt: null };
  expect(briefOf(plain)).toEqual(['m', 'c', null, 'zoé', 'x', 1]);
  expect(briefOf({ ...plain, editedAt: 2 })).toBeUndefined();
  expect(briefOf({ ...plain, mentions: ['u'] })).toBeUndefined();
  expect(briefOf({ ...plain, card: {} as never })).toBeUndefined();
});
