import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../bin/nester.js', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `nester …` as a process of its own, with no settings from the environment but `env`. */
export async function nester(
  args: readonly string[],
  { input = '', env = {} }: { input?: string | Buffer; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [launcher, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', text => {
    outcome.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    outcome.stderr += text;
  });
  // A program that needs no input may end before it is written.
  child.stdin.on('error', () => {}).end(input);
  [outcome.code] = await once(child, 'close');
  return outcome;
}
