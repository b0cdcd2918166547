import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What a program prints whose works are these, called off or not, until it ends by itself. */
function run(code: string): { stdout: string; stderr: string } {
  const file = JSON.stringify(join(import.meta.dirname, 'at-exit.ts'));
  const program = `const { atExit } = await import(${file}); ${code}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
}

it('does all at the end, the newest first, also after one that failed; not what was called off', () => {
  const { stdout, stderr } = run(`
    atExit(() => console.log('first'));
    atExit(() => { throw new Error('broken'); });
    const off = atExit(() => console.log('called off'));
    atExit(() => console.log('last'));
    off();`);
  expect(stdout).toBe('last\nfirst\n');
  expect(stderr).toContain('broken');
});

it('listens once for any number of works', () => {
  const { stdout, stderr } = run('for (let i = 0; i < 20; i++) atExit(() => {}); console.log(process.listenerCount("exit"));');
  expect([stdout, stderr]).toEqual(['1\n', '']);
});
