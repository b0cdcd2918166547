/**
 * Finds the pinned Node and runs programs on it.
 * Plain JavaScript for any Node from 18 on: whoever starts Aerie may have an old one.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the repository or installation. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that Aerie runs on: the npm package `node`, at the version in package.json. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');

/**
 * A small young generation: what most connections hold for long is little, and what a crowd left behind as it came stays
 * with a large one (10,000 connections: 5.7 KB each against 10). Not smaller at first: a crowd that comes back after a
 * restart would wait for its growth. `gc` is there for a server that gives back, once, what its start took (all measured by
 * `npm run bench -- chat`).
 */
const nodeFlags = ['--expose-gc', '--min-semi-space-size=4', '--max-semi-space-size=4'];
/*
 * With one processor a thread that marks what is in use takes turns with the one that serves, for tenths of a second; that
 * one alone does it in steps of less than a millisecond (clients that stop reading, beside people who talk: p99 5 ms, not 22).
 */
if (processors() === 1) nodeFlags.push('--no-concurrent-marking');

/** How many this process may use; Node before 18.14 knows only how many the machine has. */
function processors() {
  return os.availableParallelism?.() ?? os.cpus().length;
}

/**
 * The environment for a program of ours. What was compiled is kept: the next start takes half the time, and the compiler
 * of types is not even loaded. Where the folder cannot be written, Node goes on without.
 * @param {NodeJS.ProcessEnv} env
 */
const withCompileCache = env => ({ NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...env });

/** For a probe, which has little to do and shares its machine: the smallest young generation. */
export const probeFlags = ['--max-semi-space-size=1'];

const stopSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Continues as another program on the pinned Node, with the same terminal. Nothing may follow it.
 * A Node that can replaces itself (same process id). An older one stays as the parent of the program and hands on
 * its signals and its exit.
 * @param {string} script path below the root
 * @param {readonly string[]} args
 * @param {readonly string[]} flags of Node, besides the usual ones
 */
export function become(script, args, flags = []) {
  needPinnedNode();
  if (typeof process.execve === 'function')
    process.execve(pinnedNode, [pinnedNode, ...nodeFlags, ...flags, join(root, script), ...args], withCompileCache(process.env));
  const child = onLeash([...flags, join(root, script), ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  child.on('exit', exitAs);
}

/**
 * Starts a program on the pinned Node. It gets our SIGINT, SIGTERM and SIGHUP, and ends when we end, however we end.
 * @param {readonly string[]} argv flags of Node, script and arguments
 * @param {import('node:child_process').SpawnOptions} options its stdio has 'ipc' as the fourth
 */
export function onLeash(argv, options) {
  needPinnedNode();
  const env = { ...withCompileCache(options.env ?? process.env), AERIE_LEASH: '1' };
  const child = spawn(pinnedNode, [...nodeFlags, '--import', join(root, 'scripts', 'leash.js'), ...argv], { ...options, env });
  child.on('error', error => fail(`The pinned Node does not start: ${error.message}. Run "npm ci" in ${root}, then try again.`));
  child.once(
    'exit',
    onStopSignal(signal => child.kill(signal)),
  );
  return child;
}

function needPinnedNode() {
  if (!existsSync(pinnedNode)) fail(`The pinned Node is missing (${pinnedNode}). Run "npm ci" in ${root}, then try again.`);
}

/** @type {Set<(signal: NodeJS.Signals) => void>} */
const stopListeners = new Set();

/** One listener of the process for all of ours: whoever has many programs on a leash has one of them for each. */
const tellStopListeners = (/** @type {NodeJS.Signals} */ signal) => {
  for (const listener of [...stopListeners]) listener(signal);
};

/**
 * Calls the listener instead of ending on SIGINT, SIGTERM and SIGHUP.
 * @param {(signal: NodeJS.Signals) => void} listener
 * @returns {() => void} ends it
 */
export function onStopSignal(listener) {
  // A function of its own: the same listener may be given twice.
  const own = (/** @type {NodeJS.Signals} */ signal) => listener(signal);
  if (stopListeners.size === 0) for (const signal of stopSignals) process.on(signal, tellStopListeners);
  stopListeners.add(own);
  return () => {
    stopListeners.delete(own);
    if (stopListeners.size === 0) for (const signal of stopSignals) process.off(signal, tellStopListeners);
  };
}

/**
 * Ends this process the way its child ended.
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitAs(code, signal) {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
}

/**
 * @param {string} sentence what is wrong, and the mend
 * @returns {never}
 */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
