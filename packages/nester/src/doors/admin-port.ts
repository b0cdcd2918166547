import net from 'node:net';
import { AppError, type CommandName, type CommandOutput, userKey } from '@aerie/contract';
import { Lockout } from '../accounts/lockout.ts';
import { ConfigError, type Limits } from '../config.ts';
import type { Caller } from '../context.ts';
import { guestKey } from '../guests/names.ts';
import type { Log } from '../log.ts';
import { plainAddress } from './address.ts';
import { isToken } from './admin-port-token.ts';
import { errorLineOf, oldLine } from './classcord/lines.ts';
import { type Dispatch, nameText } from './dispatch.ts';
import { decodeLine, LineSplitter, parseFrame } from './lines.ts';
import { OrderedQueue } from './ordered-queue.ts';

export interface AdminPortParts {
  dispatch: Dispatch;
  log: Log;
  limits: Limits;
  now: () => number;
  /** Whoever knows it acts as the machine's own administrator. */
  token: string;
}

const mostConnections = 16;
const linesWaiting = 16;
/** In parentheses, which no user name may hold. */
const account = '(administration port)';

/**
 * The administration port of the old servers: one JSON object a line, on this machine only, with a token.
 * `{"type":"auth","token":…}` first, or `token` in each line; then `get_users`, `kick`, `global_message`, `shutdown`.
 * @throws ConfigError when the host's name is an address that others reach
 */
export async function openAdminPort(
  parts: AdminPortParts,
  { host, port }: { host: string; port: number },
): Promise<{ at: { host: string; port: number }; close(): void }> {
  const lockout = new Lockout(parts.limits);
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true, keepAlive: true }, socket => {
    socket.on('error', () => socket.destroy());
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (isLoopback(socket.remoteAddress)) serve(socket, parts, lockout);
    else socket.destroy();
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const bound = server.address() as net.AddressInfo;
  const close = () => {
    server.close();
    // What was answered last, that all stops, is on its way and arrives.
    for (const socket of sockets) socket.destroySoon();
  };
  if (!isLoopback(bound.address)) {
    close();
    throw new ConfigError(`AERIE_ADMIN_TCP: others reach ${host} (${bound.address}). Write 127.0.0.1:${port}.`);
  }
  return { at: { host: bound.address, port: bound.port }, close };
}

/** True for an address that only this machine has. */
function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

function serve(socket: net.Socket, parts: AdminPortParts, lockout: Lockout): void {
  const address = plainAddress(socket.remoteAddress);
  const desk = new Desk(parts.dispatch, address);
  const splitter = new LineSplitter();
  let isIn = false;
  // Whoever does not know the token holds nothing for long.
  const patience = setTimeout(() => socket.destroy(), parts.limits.lineSeconds * 1_000);
  const refuse = (error: AppError) => {
    queue.stop();
    socket.end(errorLineOf(error));
  };

  const answer = async (text: string): Promise<void> => {
    let frame: Record<string, unknown>;
    try {
      frame = parseFrame(text);
    } catch (error) {
      // A browser that was sent here by some page begins with a line that is no JSON.
      if (isIn) socket.write(errorLineOf(error as AppError));
      else refuse(error as AppError);
      return;
    }
    const isAuth = frame.type === 'auth';
    if (isAuth || !isIn) {
      const refusal = wrongToken(frame.token);
      if (refusal) {
        refuse(refusal);
        return;
      }
      clearTimeout(patience);
      isIn ||= isAuth;
    }
    socket.write(isAuth ? oldLine({ type: 'auth', status: 'ok' }) : await desk.answer(frame).catch(errorLineOf));
  };

  const wrongToken = (given: unknown): AppError | undefined => {
    const seconds = lockout.waitSeconds(account, address, parts.now());
    if (seconds > 0) return new AppError('too_many_attempts', { seconds });
    if (isToken(given, parts.token)) {
      lockout.succeeded(account, address);
      return undefined;
    }
    lockout.failed(account, address, parts.now());
    parts.log.warning('LOGIN', `Failed login attempt from ${address}`, { user: account, door: 'tcp' });
    return new AppError('login_failed');
  };

  const queue = new OrderedQueue<string>({
    run: text => ({ pipelined: false, start: () => answer(text) }),
    pace: () => 0,
    onLength(length) {
      if (length > linesWaiting) socket.pause();
      else if (socket.isPaused()) socket.resume();
    },
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const line of splitter.push(chunk)) {
        const text = decodeLine(line).trim();
        if (text !== '') queue.push(text);
      }
    } catch (error) {
      refuse(error as AppError);
    }
  });
  socket.on('close', () => {
    clearTimeout(patience);
    queue.stop();
  });
}

/** What the port's words mean. */
class Desk {
  readonly #dispatch: Dispatch;
  readonly #caller: Caller;

  constructor(dispatch: Dispatch, address: string) {
    this.#dispatch = dispatch;
    this.#caller = { door: 'local', address, agent: 'administration port', connection: undefined };
  }

  /** Programs of that family name the command in one of three fields. */
  async answer({ type, action, command, ...frame }: Record<string, unknown>): Promise<string> {
    const name = type ?? action ?? command;
    switch (name) {
      case 'get_users': {
        const { present, guests } = await this.#call('presence.list', {});
        return oldLine({ users: [...new Set([...present, ...guests].map(one => one.name))] });
      }
      case 'kick':
        await this.#kick(frame.target, typeof frame.reason === 'string' ? frame.reason : '');
        break;
      case 'global_message':
        await this.#call('server.announce', { content: frame.content });
        break;
      case 'shutdown':
        await this.#call('server.stop', {});
        break;
      default:
        throw new AppError('unknown_command', { name: nameText(name) });
    }
    return oldLine({ type: name, status: 'ok' });
  }

  async #kick(target: unknown, reason: string): Promise<void> {
    if (typeof target !== 'string' || target.trim() === '')
      throw new AppError('bad_input', { field: 'target', reason: 'it is not a name' });
    const { connections } = await this.#call('connection.list', {});
    const user = connections.find(one => one.who === 'user' && userKey(one.name) === userKey(target.trim()));
    if (user) {
      await this.#call('user.kick', { userId: user.userId, reason });
      return;
    }
    const guests = connections.filter(one => one.who === 'guest' && guestKey(one.name) === guestKey(target));
    if (guests.length === 0) throw new AppError('user_absent', { name: target.trim().slice(0, 64) });
    for (const { connectionId } of guests) await this.#call('connection.close', { connectionId, reason });
  }

  #call<K extends CommandName>(name: K, input: unknown): Promise<CommandOutput<K>> {
    return this.#dispatch.call({ kind: 'local' }, this.#caller, name, input) as Promise<CommandOutput<K>>;
  }
}
