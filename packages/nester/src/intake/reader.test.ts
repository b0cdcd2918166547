import { afterEach, describe, expect, it } from 'vitest';
import { sample, threadThat } from '../../test/intake-room.ts';
import { judge } from './judging.ts';
import { largeBytes, Reader, type ReaderLimits } from './reader.ts';
import { readFileOf } from './reading.ts';
import { type Reason, sentenceOf, Unreadable } from './reasons.ts';

const open: Reader[] = [];
const readerOf = (limits?: Partial<ReaderLimits>) => {
  const reader = new Reader(limits);
  open.push(reader);
  return reader;
};
afterEach(() => {
  for (const reader of open.splice(0)) reader.stop();
});

const large = Buffer.alloc(largeBytes, ' ');
/** As large as it must be for a thread of its own, and otherwise the same. */
const padded = (text: string) => Buffer.from(text.padEnd(largeBytes));

/** Objects of a hundred names each, none of which comes twice: each costs V8 a hundred classes. */
function hostile(objects: number): Buffer {
  let n = 0;
  const one = () => `{${Array.from({ length: 100 }, () => `"${(n++).toString(36)}":0`).join(',')}}`;
  return Buffer.from(`[${Array.from({ length: objects }, one).join(',')}]`);
}

async function refusal(work: Promise<unknown>): Promise<Reason> {
  const error = await work.catch((fault: unknown) => fault);
  if (!(error instanceof Unreadable)) throw new Error(`no refusal: ${error}`);
  return error.reason;
}

/** How often this thread has had its turn while that went on. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const over = work.catch(() => undefined).finally(() => (isOver = true));
  while (!isOver) {
    await new Promise(resolve => setImmediate(resolve));
    turns++;
  }
  await over;
  return turns;
}

describe('a large file', () => {
  it.each([
    ['a-nmap.json', 'A'],
    ['c-seahawks.json', 'C'],
    ['Patriots.json', 'B'],
    ['scan_22-11-2026_09H00_S01.json', '1'],
    ['d-nmap.xml', 'D'],
  ])('is read as a small one is: %s', async (name, shape) => {
    const bytes = padded(sample(name).toString());
    const here = await readFileOf(bytes, name, async () => {});
    const apart = await readerOf().read(bytes, name);
    expect(here.draft.shape).toBe(shape);
    expect(apart).toStrictEqual(here);
  });

  it('is refused as a small one is', async () => {
    const reader = readerOf();
    for (const text of ['[]', '{"a":1}', '<html/>', 'prose', '']) {
      const here = await refusal(readFileOf(padded(text), 'x', async () => {}));
      expect(await refusal(reader.read(padded(text), 'x'))).toEqual(here);
    }
  });

  it('that was made to be slow holds nobody up', async () => {
    const bytes = hostile(600);
    expect(bytes.length).toBeGreaterThan(largeBytes);
    const refused = { code: 'unknown_list', params: { count: 600 } };
    const pause = () => new Promise<void>(resolve => setImmediate(resolve));
    const here = readFileOf(bytes, 'x.json', pause);
    const turnsHere = await turnsDuring(here);
    const apart = readerOf().read(bytes, 'x.json');
    const turnsApart = await turnsDuring(apart);
    expect([await refusal(here), await refusal(apart)]).toEqual([refused, refused]);
    expect(turnsHere).toBeLessThan(10);
    expect(turnsApart).toBeGreaterThan(turnsHere * 10);
  });

  it('is given up when it takes too long, and the next one is read', async () => {
    const reader = readerOf({ ms: 50, code: threadThat("if (name === 'slow') for (;;); parentPort.postMessage({ reading: name });") });
    const why = await refusal(reader.read(large, 'slow'));
    expect([sentenceOf(why, 'en'), sentenceOf(why, 'fr')]).toEqual([
      'To read it takes longer than 0.05 s.',
      'Le lire prend plus de 0.05 s.',
    ]);
    // On a busy machine that may take too long as well.
    await expect.poll(() => reader.read(large, 'next').catch(String), { timeout: 10_000 }).toBe('next');
  });

  it('is refused when it takes too much memory', async () => {
    const reader = readerOf({ mebibytes: 16, code: threadThat('const all = []; for (;;) all.push({ name });') });
    const why = await refusal(reader.read(large, 'x'));
    expect([sentenceOf(why, 'en'), sentenceOf(why, 'fr')]).toEqual([
      'To read it takes more than 16 MiB of memory.',
      'Le lire demande plus de 16 Mio de mémoire.',
    ]);
  });

  it.each([
    ['throw new Error("o\\u0000ops");', 'Reading it failed: oops.'],
    ['process.exit(3);', 'Reading it failed: the thread that reads ended with 3.'],
  ])('that makes the thread crash is bad, and the next one is read: %s', async (crash, sentence) => {
    const code = threadThat(`if (name === 'bad') { ${crash} } else parentPort.postMessage({ reading: name });`);
    const reader = readerOf({ code });
    const both = [refusal(reader.read(large, 'bad')).then(why => sentenceOf(why, 'en')), reader.read(large, 'next')];
    expect(await Promise.all(both)).toEqual([sentence, 'next']);
  });

  it('goes to quarantine with the reason when the thread crashes; it is no beginning of a file that will be whole', async () => {
    const reader = readerOf({ code: threadThat('process.exit(3);') });
    const found = { bytes: large, size: large.length, writtenAt: 0, mark: '' };
    const sites = { placeByCode: () => undefined, places: () => [], place: () => undefined, placeOfProbe: () => undefined };
    const knowing = { sites: sites as never, aliases: new Map(), keys: new Map(), read: reader.read.bind(reader) };
    const { state, reason, mayGrow } = await judge(found, { name: 'x', folder: null }, knowing);
    expect([state, reason?.code, mayGrow]).toEqual(['quarantined', 'read_failed', false]);
  });

  it('is no worse for a thread that cannot be had', async () => {
    const reader = readerOf({ code: new URL('data:text/javascript,throw new Error("no memory left")') });
    await expect(reader.read(large, 'x')).rejects.not.toBeInstanceOf(Unreadable);
    const mute = readerOf({ startMs: 50, code: new URL('data:text/javascript,setInterval(() => {}, 1000)') });
    await expect(mute.read(large, 'x')).rejects.toThrow('did not start');
  });

  it('waits for the one before it, in the same thread; a new one is made when that has ended', async () => {
    const code = threadThat('setImmediate(() => parentPort.postMessage({ reading: [name, threadId] }));');
    const reader = readerOf({ code });
    const told = (await Promise.all(['a', 'b', 'c'].map(name => reader.read(large, name)))) as unknown as [string, number][];
    expect(told.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    expect(new Set(told.map(([, thread]) => thread)).size).toBe(1);
    const hasty = readerOf({ code, idleMs: 0 });
    const threads = new Set<number>();
    await expect.poll(async () => threads.add(((await hasty.read(large, 'x')) as never)[1]).size).toBeGreaterThan(1);
  });

  it('is left alone when the Nester stops, and so are those that wait', async () => {
    const reader = readerOf({ code: threadThat('for (;;);') });
    const all = [reader.read(large, 'a'), reader.read(large, 'b')];
    reader.stop();
    for (const one of all) await expect(one).rejects.toMatchObject({ code: 'stopping' });
    await expect(reader.read(large, 'c')).rejects.toMatchObject({ code: 'stopping' });
  });
});

it('reads small files without a thread', async () => {
  const reader = readerOf({ code: threadThat('process.exit(3);') });
  expect((await reader.read(sample('a-nmap.json'), 'x')).draft.shape).toBe('A');
});
