import { Failure, WrongUsage } from '../failure.ts';
import { Keyboard } from '../screen/keyboard.ts';
import { connectTo } from '../server/session.ts';
import { endpointOf, logInAs, logInByHand, type Where } from './entrance.ts';
import { wholeOf } from './input-lines.ts';

/** `classcord login`: asks in a terminal, or takes the password from standard input. */
export async function logInOnly(where: Where, { name, passwordStdin }: { name?: string; passwordStdin: boolean }): Promise<void> {
  const done = passwordStdin ? await fromStdin(where, name) : await byHand(where, name);
  process.stderr.write(`${where.words.say('session.kept', done)}\n`);
}

async function fromStdin(where: Where, name: string | undefined) {
  if (name === undefined) throw new WrongUsage('login.noName');
  const password = await wholeOf(process.stdin);
  if (password === '') throw new Failure('login.noPassword');
  return await logInAs(where, name, password);
}

async function byHand(where: Where, name: string | undefined) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new Failure('login.noTerminal');
  const keyboard = new Keyboard(process.stdin);
  keyboard.start();
  try {
    return await logInByHand({ ...where, keyboard }, endpointOf(where), name);
  } finally {
    keyboard.stop();
  }
}

/** `classcord logout`: ends the session at the server and forgets it here, the latter in any case. */
export async function logOut(where: Where): Promise<void> {
  const { settings, words } = where;
  const endpoint = endpointOf(where);
  const { url } = endpoint.address;
  const { token } = settings.server(url);
  if (token === undefined) throw new Failure('session.none', { url });
  settings.keep(url, { token: undefined });
  try {
    const { connection } = await connectTo(endpoint, { token, live: false });
    try {
      await connection.call('session.logOut', {});
    } finally {
      connection.stop();
    }
  } catch (error) {
    const over = error instanceof Failure && error.key === 'session.ended';
    if (!over) throw new Failure('session.leftOpen', { url });
  }
  process.stderr.write(`${words.say('session.forgotten', { url })}\n`);
}
