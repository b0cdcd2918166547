import { Failure, WrongUsage } from '../failure.ts';
import type { Keyboard } from '../screen/keyboard.ts';
import { type Address, defaultUrl, isThisMachine, parseAddress } from '../server/address.ts';
import { parsePin } from '../server/certificate.ts';
import { type Endpoint, UnknownCertificate } from '../server/dial.ts';
import { connectTo, greet, logIn, type Session } from '../server/session.ts';
import type { Settings } from '../server/settings.ts';
import { oneLine } from '../text/plain.ts';
import type { Words } from '../words/words.ts';
import { ask } from './question.ts';

/** Which server a command is for. */
export interface Where {
  settings: Settings;
  words: Words;
  url?: string;
  pin?: string;
  /** There when somebody can be asked. */
  keyboard?: Keyboard;
}

/** The server that is meant: the one that was named, the last one, or this machine's; and the certificate to accept of it. */
export function endpointOf({ settings, url, pin }: Where): Endpoint {
  const address = parseAddress(url ?? settings.last ?? defaultUrl);
  if (pin !== undefined && !address.secure) throw new WrongUsage('pin.plain', { url: address.url });
  return { address, pin: pin === undefined ? settings.server(address.url).pin : parsePin(pin) };
}

/** Connects with the log-in that is kept; where somebody can be asked, asks for a new one when there is none. */
export async function enter(where: Where, { live }: { live: boolean }): Promise<Session> {
  const { settings, keyboard } = where;
  const endpoint = endpointOf(where);
  const { url } = endpoint.address;
  const { token } = settings.server(url);
  if (token === undefined && !keyboard) throw new Failure('session.none', { url });
  if (token !== undefined) {
    try {
      const session = await judged(where, endpoint, known => connectTo(known, { token, live }));
      settings.use(url);
      // A program in a pipe is not a person who is here.
      if (!keyboard) session.connection.call('presence.set', { state: 'invisible' }).catch(() => {});
      return session;
    } catch (error) {
      if (!(error instanceof Failure) || error.key !== 'session.ended') throw error;
      settings.keep(url, { token: undefined });
      if (!keyboard) throw error;
    }
  }
  await logInByHand(where, endpoint);
  return await enter(where, { live });
}

/** Logs in with a name and a password, and keeps the token. */
export async function logInAs(where: Where, name: string, password: string): Promise<{ url: string; name: string }> {
  const { settings, words } = where;
  const endpoint = endpointOf(where);
  const { url, host, secure } = endpoint.address;
  if (!secure && !isThisMachine(host)) process.stderr.write(`${words.say('login.plain', { url })}\r\n`);
  const { token, me } = await judged(where, endpoint, known => logIn(known, { name, password, device: settings.device }));
  settings.keep(url, { token, name: me.name });
  settings.use(url);
  return { url, name: me.name };
}

/** Asks for name and password until they are right or the person gives up. */
export async function logInByHand(where: Where, endpoint: Endpoint, given?: string): Promise<{ url: string; name: string }> {
  const { settings, words, keyboard } = where;
  const { url } = endpoint.address;
  // A server that is not there, or a certificate that is not accepted, is told before anybody types a password.
  await judged(where, endpoint, async known => (await greet(known)).stop());
  process.stderr.write(`${words.say('login.title', { url })}\r\n`);
  for (let attempt = 1; ; attempt++) {
    const name = given ?? (await askName(where, settings.server(url).name));
    const password = await ask(keyboard!, words.say('login.password'), { secret: true });
    try {
      return await logInAs({ ...where, url }, name, password);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (attempt === 3 || code !== 'login_failed') throw error;
      process.stderr.write(`${words.error(error)}\r\n`);
    }
  }
}

async function askName({ words, keyboard }: Where, before: string | undefined): Promise<string> {
  const hint = before === undefined ? '' : `[${oneLine(before)}] `;
  for (;;) {
    const typed = (await ask(keyboard!, words.say('login.name') + hint)).trim() || before;
    if (typed) return typed;
  }
}

/** Does something at a server. A certificate that nobody vouches for is shown, and kept when it is accepted. */
async function judged<T>(where: Where, endpoint: Endpoint, act: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  const { address, pin } = endpoint;
  try {
    const done = await act(endpoint);
    // Only now: a mistyped one must not replace one that was right.
    if (where.pin !== undefined) where.settings.keep(address.url, { pin });
    return done;
  } catch (error) {
    if (!(error instanceof UnknownCertificate) || !where.keyboard) throw error;
    await accept(where, address, error.fingerprint);
    return await act({ address, pin: error.fingerprint });
  }
}

async function accept({ settings, words, keyboard }: Where, { url }: Address, fingerprint: string): Promise<void> {
  const { say } = words;
  process.stderr.write(`${say('certificate.show', { url })}\r\n  ${fingerprint}\r\n${say('certificate.compare')}\r\n`);
  const answer = await ask(keyboard!, say('certificate.ask'));
  if (answer.trim().toLowerCase() !== say('certificate.yes')) throw new Failure('certificate.refused');
  settings.keep(url, { pin: fingerprint });
}
