import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { nesterProgram, runProgram } from '../src/cli/program.ts';
import { readVersion } from '../src/version.ts';

const launcher = fileURLToPath(new URL('../bin/nester.js', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Given {
  input?: string | Buffer | undefined;
  env?: Record<string, string>;
}

/** Runs `nester …` as a process of its own, with no settings from the environment but `env`. */
export async function nester(args: readonly string[], { input = '', env = {} }: Given = {}): Promise<Outcome> {
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

let isRunning = false;

/**
 * The same in this process, which takes a tenth of the time: for what a command says and does. That it ends by itself, and how,
 * is seen of a process only. One at a time: standard output and the environment are everybody's.
 */
export async function nesterHere(args: readonly string[], { input = '', env = {} }: Given = {}): Promise<Outcome> {
  if (isRunning) throw new Error('one command at a time: await the one before, or run each as a process');
  isRunning = true;
  const printed = { stdout: new Printed(), stderr: new Printed() };
  const putBack = [
    replace('stdin', Readable.from(input === '' ? [] : [Buffer.from(input)])),
    replace('stdout', printed.stdout),
    replace('stderr', printed.stderr),
    replaceEnvironment({ PATH: process.env.PATH, ...env }),
  ];
  try {
    const code = await runProgram(nesterProgram(readVersion()), args);
    return { code, stdout: printed.stdout.text, stderr: printed.stderr.text };
  } finally {
    for (const back of putBack) back();
    isRunning = false;
  }
}

/** A stream that keeps what is written, as a pipe would. */
class Printed extends Writable {
  readonly #pieces: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#pieces).toString();
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }
}

/** Gives a part of the process another value until the answer is called. */
function replace(name: 'stdin' | 'stdout' | 'stderr', value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(process, name)!;
  Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true });
  return () => Object.defineProperty(process, name, before);
}

/** Gives the environment these variables only, until the answer is called. In its own object: a change of TZ is heeded there alone. */
function replaceEnvironment(variables: NodeJS.ProcessEnv): () => void {
  const before = { ...process.env };
  const become = (wanted: NodeJS.ProcessEnv) => {
    for (const name of Object.keys(process.env)) if (wanted[name] === undefined) delete process.env[name];
    Object.assign(process.env, wanted);
  };
  become(variables);
  return () => become(before);
}
