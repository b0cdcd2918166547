import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A server under measurement: a child process that is ready for work. */
export interface Server extends Ports {
  readonly pid: number;
  /** Asks it to end and resolves when it has. */
  stop(): Promise<void>;
}

interface Ports {
  readonly tcpPort: number;
  /** Undefined for one that speaks no HTTP. */
  readonly httpPort: number | undefined;
}

/** A program to start. */
export interface ServerProgram {
  command: readonly string[];
  env?: Record<string, string>;
  /** The processor it runs on, with all its threads. */
  core?: number | undefined;
  /** Where it listens, once a line of its standard output tells that it does. Without it: `ready http=HOST:PORT tcp=HOST:PORT`. */
  ready?(line: string): Ports | undefined;
}

/** The command that runs a program on the Node that runs this. */
export function onNode(script: string, args: readonly string[] = []): string[] {
  return [process.execPath, script, ...args];
}

/** Starts a program and resolves when it is ready. */
export async function startServer({ command, env, core, ready = readyPorts }: ServerProgram): Promise<Server> {
  const pinned = core === undefined ? [...command] : ['taskset', '-c', String(core), ...command];
  const child = spawn(pinned[0]!, pinned.slice(1), { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said = (said + chunk).slice(-4_000);
    });
  }
  const ended = new Promise<undefined>(resolve => {
    child.once('close', () => resolve(undefined));
    child.once('error', error => {
      said += error.message;
      resolve(undefined);
    });
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  void ended.then(() => process.off('exit', killed));
  try {
    const ports = await Promise.race([portsOf(child, ready), ended]);
    if (ports === undefined) throw new Error(`${command.join(' ')} ended before it was ready:\n${said.trim()}`);
    return { pid: child.pid!, ...ports, stop: () => stop(child, ended) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function portsOf(child: ChildProcess, ready: (line: string) => Ports | undefined): Promise<Ports> {
  const { promise, resolve } = Promise.withResolvers<Ports>();
  // Lines after it are read and dropped, so that a talkative server never waits for us.
  createInterface({ input: child.stdout! }).on('line', line => {
    const ports = ready(line);
    if (ports) resolve(ports);
  });
  return promise;
}

function readyPorts(line: string): Ports | undefined {
  const tcp = /^ready .*\btcp=\S*:(\d+)/.exec(line)?.[1];
  const http = /^ready .*\bhttp=\S*:(\d+)/.exec(line)?.[1];
  return tcp ? { tcpPort: Number(tcp), httpPort: http === undefined ? undefined : Number(http) } : undefined;
}

async function stop(child: ChildProcess, ended: Promise<undefined>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(late);
}
