import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { Hashing } from './hashing.ts';
import { lowerHashingThreads } from './hashing-threads.ts';

it.runIf(process.platform === 'linux')('lowers the threads that hash, and not the one that serves', async () => {
  const before = getPriority(process.pid);
  await new Hashing().hash('correct-horse-battery-9');
  expect(lowerHashingThreads()).toBeGreaterThan(0);
  expect(getPriority(process.pid)).toBe(before);
  const priorities = readdirSync('/proc/self/task').map(id => getPriority(Number(id)));
  expect(Math.max(...priorities)).toBe(19);
});
