/** Runs the steps of npm start and shows that they move. Plain JavaScript for any Node from 18 on. */
import { spawn } from 'node:child_process';
import { onStopSignal } from './runtime.js';

/** How often a step that takes long says so where there is no terminal. */
const reminderMs = 10_000;

/**
 * Shows a step with the time it takes: `1/3 installing … 12 s`, at the end `1/3 installed in 21 s`.
 * @template T
 * @param {string} doing `1/3 installing`
 * @param {string} done `1/3 installed`
 * @param {() => Promise<T>} work
 */
export async function step(doing, done, work) {
  const begun = Date.now();
  const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  const terminal = process.stdout.isTTY;
  process.stdout.write(terminal ? doing : `${doing} …\n`);
  const say = () => process.stdout.write(terminal ? `\r${doing} … ${seconds()}` : `${doing} … ${seconds()}\n`);
  const timer = setInterval(say, terminal ? 1_000 : reminderMs);
  let ending = `${doing}: not finished after`;
  try {
    const result = await work();
    ending = `${done} in`;
    return result;
  } finally {
    clearInterval(timer);
    process.stdout.write(`${terminal ? '\r\u001b[K' : ''}${ending} ${seconds()}\n`);
  }
}

/**
 * Runs a program to its end without showing what it prints. A signal to stop ends it at once, with all that it started:
 * only for work that can be begun anew.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<void>} rejects with the end of what it printed when it fails
 */
export function runQuietly(command, args, options) {
  return new Promise((resolve, reject) => {
    // A process group of its own: npm takes Ctrl-C for the wish to undo its work first, which takes as long as the work.
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let printed = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      printed = (printed + chunk).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const off = onStopSignal(() => child.pid && process.kill(-child.pid, 'SIGKILL'));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      off();
      if (code === 0) resolve();
      else reject(new Error(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}:\n${printed.trim()}`));
    });
  });
}
