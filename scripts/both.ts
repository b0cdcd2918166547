/**
 * Runs Nester and a Harvester for this machine side by side: what `npm start` becomes.
 * Nester speaks as if it ran alone; the Harvester's lines begin with its name. Ctrl-C stops both.
 */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { onLeash, probeFlags, root } from './runtime.js';
import { nesterFrom, openThisMachine, type Place } from './this-machine.ts';

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** A program that ran this long was well: its next end begins with a short wait again. */
const steadyMs = 60_000;

const args = process.argv.slice(2);
const running = new Set<ChildProcess>();
let stopping = false;
/** What this process ends with: as Nester did. */
let exitCode = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The children get the signal too (runtime.js): all that is left is not to start them again.
  process.on(signal, () => {
    stopping = true;
    endWhenAlone();
  });
}
// A hangup is for Nester's log, which is opened anew. Ours has no file.
process.on('SIGHUP', () => {});

function endWhenAlone(): void {
  if (stopping && running.size === 0) process.exit(exitCode);
}

/** Starts a program and again whenever it ends by itself, later each time. `start` returns a new process. */
function keep(name: string, start: () => ChildProcess, ended: (code: number | null) => 'again' | 'stop' = () => 'again'): void {
  let failures = 0;
  const begin = () => {
    const begun = Date.now();
    const child = start();
    running.add(child);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (!stopping && ended(code) === 'again') {
        failures = Date.now() - begun >= steadyMs ? 0 : failures + 1;
        const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.max(0, failures - 1));
        console.error(`${name} ended (${signal ?? `exit code ${code}`}): it is started again in ${waitMs / 1_000} s.`);
        setTimeout(() => (stopping ? endWhenAlone() : begin()), waitMs);
      }
      endWhenAlone();
    });
  };
  begin();
}

let hasBeenReady = false;
let place: Place | undefined;
let harvester: ChildProcess | undefined;

/** Nester's output is its own; we read along for the line that says where it listens. */
function startNester(): ChildProcess {
  const child = onLeash([join(root, 'packages/nester/src/main.ts'), 'serve', ...args], { stdio: ['inherit', 'pipe', 'inherit', 'ipc'] });
  createInterface({ input: child.stdout! }).on('line', line => {
    console.log(line);
    const http = /^ready http=(\S+)/.exec(line)?.[1];
    if (http === undefined) return;
    hasBeenReady = true;
    const before = place;
    try {
      place = nesterFrom(settings(), http);
    } catch (error) {
      say(`there is none for this machine: ${(error as Error).message}`);
      return;
    }
    if (before === undefined) void startHarvesterOnce(place);
    // With port 0 it is elsewhere now: the Harvester begins anew and looks there.
    else if (before.url !== place.url) harvester?.kill('SIGTERM');
  });
  return child;
}

function settings() {
  const { values } = parseArgs({
    args,
    strict: false,
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      lan: { type: 'boolean' },
      'http-tls': { type: 'string' },
      'tls-cert': { type: 'string' },
    },
  });
  return {
    data: values.data,
    config: values.config as string | undefined,
    lan: values.lan === true,
    httpTls: values['http-tls'],
    tlsCert: values['tls-cert'],
  };
}

function say(line: string): void {
  console.log(`harvester: ${line}`);
}

async function startHarvesterOnce(first: Place): Promise<void> {
  try {
    await openThisMachine(first, say);
  } catch (error) {
    say(`there is none for this machine: ${(error as Error).message}`);
    return;
  }
  if (stopping) return;
  keep('The Harvester', () => {
    const env = { ...process.env, HARVESTER_NESTER: place!.url, ...(place!.pin ? { HARVESTER_PIN: place!.pin } : {}) };
    harvester = onLeash([...probeFlags, join(root, 'packages/harvester/src/main.ts'), 'run'], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env,
    });
    for (const stream of [harvester.stdout!, harvester.stderr!])
      createInterface({ input: stream }).on('line', line => {
        say(line);
        const dashboard = stream === harvester!.stdout && /^ready http=(\S+)$/.exec(line)?.[1];
        if (dashboard) say(`the dashboard of this machine's probe: http://${dashboard}`);
      });
    return harvester;
  });
}

keep('Nester', startNester, code => {
  if (hasBeenReady) return 'again';
  // It never came up: a wrong setting, a port in use. It has said why.
  stopping = true;
  exitCode = code ?? 1;
  for (const child of running) child.kill('SIGTERM');
  return 'stop';
});
