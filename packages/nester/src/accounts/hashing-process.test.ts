import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../log.ts';
import { Hashing, hashPassword, verifyPassword } from './hashing.ts';
import { HashingProcess } from './hashing-process.ts';

let folder: string;
let said: string[];
let hashing: HashingProcess;

const log: Log = {
  info: () => undefined,
  warning: (_, sentence) => void said.push(sentence),
  error: (_, sentence) => void said.push(sentence),
};
const gone = 'The process that hashes passwords is gone; the next password starts another';
const here = 'No process for passwords: one is hashed in the server, where it disturbs those who talk';

/** A program in the place of the one that hashes. */
function program(text: string): string {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, text);
  return file;
}

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-hashing-'));
  said = [];
  hashing = new HashingProcess(log);
});
afterEach(() => {
  hashing.stop();
  rmSync(folder, { recursive: true });
});

describe('the process that hashes', () => {
  it('starts with the first password, derives what the server would, and gives way to it', async () => {
    expect(hashing.pid).toBeUndefined();
    const stored = await hashPassword('hibou', hashing.derive);
    expect(await verifyPassword('hibou', stored)).toBe(true);
    expect(await verifyPassword('hibou', stored, hashing.derive)).toBe(true);
    expect(await verifyPassword('Hibou', stored, hashing.derive)).toBe(false);
    expect(getPriority(hashing.pid!)).toBe(10);
    expect(said).toEqual([]);
  });

  it('says what it cannot derive, and lives on', async () => {
    const salt = Buffer.alloc(16);
    const asked = { message: Buffer.from('hibou'), salt, cost: { m: 1, t: 1, p: 1 }, length: 32 };
    await expect(hashing.derive(asked)).rejects.toThrow(/memory|range/i);
    const { pid } = hashing;
    await hashPassword('hibou', hashing.derive);
    expect(hashing.pid).toBe(pid);
  });

  it('is started again when it dies, and whoever waited waits for the new one', async () => {
    await hashPassword('hibou', hashing.derive);
    const first = hashing.pid!;
    const waiting = [hashPassword('hibou', hashing.derive), hashPassword('grue', hashing.derive)];
    process.kill(first, 'SIGKILL');
    const [hibou, grue] = await Promise.all(waiting);
    expect(await verifyPassword('hibou', hibou!)).toBe(true);
    expect(await verifyPassword('grue', grue!)).toBe(true);
    expect(hashing.pid).not.toBe(first);
    expect(said).toEqual([gone]);
  });

  it('is not needed where it cannot be: then the server hashes', async () => {
    hashing = new HashingProcess(log, { program: program('process.exit(3)') });
    const stored = await hashPassword('hibou', hashing.derive);
    expect(await verifyPassword('hibou', stored)).toBe(true);
    expect(said).toEqual([gone, gone, here]);
  });

  it.each([
    ['another id', 'process.send({ id: asked.id + 1, tag: "" })'],
    ['a tag of another length', 'process.send({ id: asked.id, tag: "AAAA" })'],
    ['a tag that is none', 'process.send({ id: asked.id, tag: 7 })'],
    ['a word', 'process.send("hello")'],
    ['nothing at all', 'process.send(null)'],
    ['half of it', 'process.send({ id: asked.id })'],
  ])('is ended when it answers with %s', async (_, answer) => {
    hashing = new HashingProcess(log, { program: program(`process.on('message', asked => ${answer});`) });
    const stored = await hashPassword('hibou', hashing.derive);
    expect(await verifyPassword('hibou', stored)).toBe(true);
    expect(said).toEqual([gone, gone, here]);
  });

  it('ends when nothing was asked of it for a while, and starts again', async () => {
    hashing = new HashingProcess(log, { idleMs: 1 });
    await hashPassword('hibou', hashing.derive);
    const pid = hashing.pid!;
    await vi.waitFor(() => expect(isThere(pid)).toBe(false));
    expect(hashing.pid).toBeUndefined();
    expect(await verifyPassword('hibou', await hashPassword('hibou', hashing.derive))).toBe(true);
    expect(said).toEqual([]);
  });
});

describe('the queue before the process', () => {
  it('drains before the process ends', async () => {
    const queue = new Hashing(hashing.derive);
    const stored = [queue.hash('hibou'), queue.hash('grue'), queue.hash('pie')];
    await queue.stop();
    const { pid } = hashing;
    expect(isThere(pid!)).toBe(true);
    hashing.stop();
    expect(await verifyPassword('pie', (await Promise.all(stored))[2]!)).toBe(true);
    await vi.waitFor(() => expect(isThere(pid!)).toBe(false));
  });
});
