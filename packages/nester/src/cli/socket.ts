import net from 'node:net';
import {
  AppError,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type ErrorCode,
  type ErrorParams,
  errorCatalogue,
} from '@aerie/contract';
import { Failure } from './failure.ts';

const usualPatienceMs = 60_000;

interface Waiting {
  resolve(ok: unknown): void;
  reject(error: Error): void;
}

/** Whoever answers commands for the machine's own administrator. */
export interface Desk {
  /** True when a running Nester answers; false when this process opened the store itself. */
  readonly running: boolean;
  /** @param patienceMs how long a running Nester may take, where the usual minute is not enough */
  call<K extends CommandName>(name: K, input: CommandInput<K>, patienceMs?: number): Promise<CommandOutput<K>>;
  close(): Promise<void>;
}

/** A Nester that runs, through its nester.sock; undefined when none listens there. */
export async function connectToNester(path: string): Promise<Desk | undefined> {
  const socket = net.connect(path);
  const open = await new Promise<boolean>((resolve, reject) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(false);
      else if (error.code === 'EACCES') reject(new Failure(`${path} may not be opened: run this as the user that Nester runs as.`));
      else reject(new Failure(`${path} cannot be reached: ${error.message}.`));
    });
  });
  return open ? deskOver(socket) : undefined;
}

function deskOver(socket: net.Socket): Desk {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let rest = '';
  const failAll = (reason: string) => {
    for (const one of waiting.values()) one.reject(new Failure(reason));
    waiting.clear();
  };
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) settle(line, waiting);
  });
  socket.on('error', () => {});
  socket.on('close', () => failAll('Nester closed the connection: it may have stopped. Look into its log, then try again.'));
  socket.on('timeout', () => {
    failAll(`Nester does not answer. "nester doctor" says more.`);
    socket.destroy();
  });
  return {
    running: true,
    call(name, input, patienceMs = usualPatienceMs) {
      const id = ++lastId;
      socket.setTimeout(patienceMs);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
        socket.write(`${JSON.stringify({ id, do: name, input })}\n`);
      });
    },
    async close() {
      socket.destroy();
    },
  };
}

/** Gives an answer to whoever waits for it; other lines are events, which nobody here asked for. */
function settle(line: string, waiting: Map<number, Waiting>): void {
  const frame = JSON.parse(line) as { id?: number; ok?: unknown; error?: { code: string; message: string; params?: ErrorParams } };
  const one = frame.id === undefined ? undefined : waiting.get(frame.id);
  if (!one) return;
  waiting.delete(frame.id!);
  if (!frame.error) one.resolve(frame.ok);
  else if (Object.hasOwn(errorCatalogue, frame.error.code)) one.reject(new AppError(frame.error.code as ErrorCode, frame.error.params));
  // A Nester of another version may know errors that this program does not.
  else one.reject(new Failure(frame.error.message));
}
