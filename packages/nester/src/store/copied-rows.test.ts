import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copiedRows } from './copied-rows.ts';

const dump = `SET x = 0;
COPY public.message (seq, content) FROM stdin;
1\tCOPY public.device (a) FROM stdin;
2\t${'long '.repeat(10_000)}
\\.

COPY public."log_head" (id, epoch, "seq") FROM stdin;
1\te1\t7
\\.
COPY public.device (a) FROM stdin;
\\.
SELECT 1;
`;

describe('the rows of a dump', () => {
  it('are counted, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70_000 }), async size => {
        const bytes = Buffer.from(dump);
        const chunks = (async function* () {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        })();
        const { counts, rows } = await copiedRows(chunks, ['log_head']);
        expect([...counts]).toEqual([
          ['message', 2],
          ['log_head', 1],
          ['device', 0],
        ]);
        expect([...rows]).toEqual([['log_head', [{ id: '1', epoch: 'e1', seq: '7' }]]]);
      }),
      { numRuns: 20 },
    );
  });
});
