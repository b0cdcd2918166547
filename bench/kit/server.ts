import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server under measurement: a child process that has printed its ready line. */
export interface Server {
  readonly pid: number;
  readonly tcpPort: number;
  /** Undefined for one that speaks no HTTP. */
  readonly httpPort: number | undefined;
  /** Asks it to end and resolves when it has. */
  stop(): Promise<void>;
}

/** A TypeScript program to start on the Node that runs this. */
export interface ServerProgram {
  script: string;
  args?: readonly string[];
  nodeFlags?: readonly string[];
  env?: Record<string, string>;
  /** The processor it runs on, with all its threads. */
  core?: number | undefined;
}

/** Starts a program and resolves when it prints `ready … tcp=HOST:PORT`. */
export async function startServer(program: ServerProgram): Promise<Server> {
  const command = [process.execPath, ...(program.nodeFlags ?? []), program.script, ...(program.args ?? [])];
  if (program.core !== undefined) command.unshift('taskset', '-c', String(program.core));
  const child = spawn(command[0]!, command.slice(1), { env: { ...process.env, ...program.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-4_000);
  });
  const ended = once(child, 'close').then(() => undefined);
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  void ended.then(() => process.off('exit', killed));
  try {
    const ports = await Promise.race([readyPorts(child), ended]);
    if (ports === undefined) throw new Error(`${program.script} ended before it was ready:\n${said.trim()}`);
    return { pid: child.pid!, ...ports, stop: () => stop(child, ended) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function readyPorts(child: ChildProcess): Promise<Pick<Server, 'tcpPort' | 'httpPort'>> {
  const lines = createInterface({ input: child.stdout! });
  const { promise, resolve } = Promise.withResolvers<Pick<Server, 'tcpPort' | 'httpPort'>>();
  // Lines after it are read and dropped, so that a talkative server never waits for us.
  lines.on('line', line => {
    const tcp = /^ready .*\btcp=\S*:(\d+)/.exec(line)?.[1];
    const http = /^ready .*\bhttp=\S*:(\d+)/.exec(line)?.[1];
    if (tcp) resolve({ tcpPort: Number(tcp), httpPort: http === undefined ? undefined : Number(http) });
  });
  return promise;
}

async function stop(child: ChildProcess, ended: Promise<undefined>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(late);
}
