import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gathered, readTar, TarFault, type TarSource, writeTar } from './tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-tar-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string, content: string | Buffer): TarSource => {
  const bytes = Buffer.from(content);
  return { path, kind: 'file', bytes: bytes.length, mode: 0o640, writtenAt: 1_700_000_000_000, content: [bytes] };
};
async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
const written = (sources: readonly TarSource[]) => gathered(writeTar(each(sources)));
const read = async (archive: Buffer, chunk = 1_000) => {
  const found: { path: string; kind: string; content: string; mode: number; writtenAt: number }[] = [];
  for await (const { path, kind, mode, writtenAt, content } of readTar(each(cut(archive, chunk)))) {
    found.push({ path, kind, mode, writtenAt, content: (await gathered(content)).toString() });
  }
  return found;
};
const cut = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));

const odd = ['plain.json', 'a b\'"$(x).json', 'été/ça.xml', `${'long/'.repeat(60)}name.json`, 'x'.repeat(200)];

describe('a tar archive', () => {
  it('is opened by tar, with its names, times and modes', async () => {
    const sources = [
      { path: 'empty', kind: 'folder', bytes: 0, mode: 0o2770, writtenAt: 0 } as const,
      ...odd.map(name => file(name, name.repeat(50))),
    ];
    writeFileSync(join(folder, 'a.tar'), await written(sources));
    execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder });
    for (const name of odd) expect(readFileSync(join(folder, name), 'utf8')).toBe(name.repeat(50));
    const { mode, mtimeMs } = statSync(join(folder, 'plain.json'));
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_700_000_000_000]);
    expect(statSync(join(folder, 'empty')).isDirectory()).toBe(true);
  });

  it('that tar made is read', async () => {
    mkdirSync(join(folder, 'in/sub'), { recursive: true });
    writeFileSync(join(folder, 'in/sub/é.txt'), 'x'.repeat(700));
    for (const format of ['ustar', 'pax']) {
      const archive = execFileSync('tar', ['-c', `--format=${format}`, 'in'], { cwd: folder });
      const names = (await read(archive)).map(({ path, content }) => [path, content.length]);
      expect(names).toEqual([
        ['in', 0],
        ['in/sub', 0],
        ['in/sub/é.txt', 700],
      ]);
    }
  });

  it('comes back as it was, however it is cut', async () => {
    const sources = fc.array(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string()), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sources, fc.integer({ min: 1, max: 2_000 }), async (entries, chunk) => {
        const wanted = entries.filter(([path]) => !/\0|\/$/.test(path) && path.isWellFormed());
        const found = await read(await written(wanted.map(([path, content]) => file(path, content))), chunk);
        expect(found.map(({ path, content }) => [path, content])).toEqual(wanted.map(([path, content]) => [path, content]));
      }),
      { numRuns: 50 },
    );
  });

  it('says the size of a file that is larger than octal tells', async () => {
    const archive = writeTar(each([{ ...file('large', ''), bytes: 9 * 2 ** 30 }]));
    const { value } = await archive.next();
    const [large] = await Promise.all([readTar(each([value as Buffer])).next()]);
    expect(large.value).toMatchObject({ path: 'large', bytes: 9 * 2 ** 30 });
  });

  it('is refused when it holds links, is damaged, cut off, or goes on', async () => {
    symlinkSync('/etc/passwd', join(folder, 'link'));
    await expect(read(execFileSync('tar', ['-c', 'link'], { cwd: folder }))).rejects.toThrow(/neither file nor folder/);
    const archive = await written([file('a', 'content'), file('b', 'more')]);
    await expect(read(archive.subarray(0, 700))).rejects.toThrow('is cut off');
    const damaged = Buffer.from(archive);
    damaged[3] = 0x41;
    await expect(read(damaged)).rejects.toThrow('damaged header');
    await expect(read(Buffer.concat([archive, Buffer.from('x')]))).rejects.toThrow('goes on after its end');
    await expect(read(Buffer.from('x'.repeat(600)))).rejects.toThrow(TarFault);
  });

  it('with a giant extended header takes no memory for it', async () => {
    writeFileSync(join(folder, 'f'), '');
    const held = execFileSync('tar', ['-c', '--format=pax', `--pax-option=comment:=${'x'.repeat(20_000)}`, 'f'], { cwd: folder });
    await expect(read(held)).rejects.toThrow('too long');
  });
});
