import { AppError, type Channel, type CommandName, type CommandOutput, channelKey, presenceState, userKey } from '@aerie/contract';
import { guestKey } from '../../guests/names.ts';
import type { Connection } from '../connection.ts';
import { type Dispatch, nameText } from '../dispatch.ts';
import type { Step } from '../ordered-queue.ts';
import { errorLineOf, farewell, oldError, oldLine } from './lines.ts';
import { Pacing } from './pacing.ts';
import type { ClasscordVoice, Names } from './voice.ts';

/** After log-in, how long unasked lines wait when the client says nothing. */
const quietMs = 1_000;
/** `/join #dev`, whatever stands between. */
const joinCommand = /^\/join(?:\s+(.*))?$/isu;
/** How one family of clients names its guests, whom it registers before it logs them in. */
const registeredGuest = /^invité_.*_\d{10,}$/isu;

/**
 * The old wire on one connection: its lines become commands, their answers lines. It hears one channel at a time
 * (and those it has written to), and what is said to its user alone.
 */
export class ClasscordTalk {
  readonly #connection: Connection;
  readonly #dispatch: Dispatch;
  readonly #names: Names;
  readonly #voice: ClasscordVoice;
  /** By the key of the name that was typed, as they were then. */
  readonly #found = new Map<string, Channel>();
  readonly #heard = new Set<string>();
  readonly #pacing: Pacing;
  #current: string | undefined;
  #quietTimer: NodeJS.Timeout | undefined;
  /** The `from` that named this guest; a later one that differs is another name. Null where a log-in did. */
  #guestFrom: string | undefined | null;

  constructor(connection: Connection, dispatch: Dispatch, names: Names, voice: ClasscordVoice) {
    this.#connection = connection;
    this.#dispatch = dispatch;
    this.#names = names;
    this.#voice = voice;
    connection.farewell = farewell;
    this.#pacing = new Pacing(lines => connection.send(lines));
    connection.pacing = this.#pacing;
    connection.hears = topic => !topic.startsWith('channel:') || this.#hears(topic.slice('channel:'.length));
  }

  /** The connection is gone. Nobody has the token of its log-in, so that ends too. */
  stop(): void {
    clearTimeout(this.#quietTimer);
    this.#pacing.stop();
    if (this.#connection.actor.kind === 'user') void this.#call('session.logOut', {}).catch(() => undefined);
  }

  /** An error in words: in the language of whoever has an account. */
  errorLine(error: AppError): string {
    const { actor } = this.#connection;
    return errorLineOf(error, actor.kind === 'user' ? actor.language : 'en');
  }

  step(frame: Record<string, unknown>): Step {
    if (frame.type === 'message') {
      const known = this.#knownTarget(frame);
      // To a channel that is known by now: handed over at once, in order.
      if (known) return { pipelined: true, done: this.#answering(this.#say(known, frame.content as string)) };
    }
    return { pipelined: false, start: () => this.#answering(this.#serve(frame)) };
  }

  /** The channel id of an ordinary message, when nothing has to be looked up. */
  #knownTarget(frame: Record<string, unknown>): string | undefined {
    const { content, channel } = frame;
    if (typeof content !== 'string' || content.trim() === '' || joinCommand.test(content.trim()) || this.#isPrivate(frame))
      return undefined;
    if (this.#isStranger(frame)) return undefined;
    if (isAbsent(channel)) return this.#current;
    const found = typeof channel === 'string' ? this.#found.get(channelKey(channel)) : undefined;
    // Renamed since, it may not be the one that is meant: then it is looked up.
    const isSame = found !== undefined && this.#names.channel(found.channelId)?.name === found.name;
    return isSame && this.#heard.has(found.channelId) ? found.channelId : undefined;
  }

  async #serve(frame: Record<string, unknown>): Promise<string> {
    switch (frame.type) {
      case 'register':
        return await this.#register(frame);
      case 'login':
        return await this.#logIn(frame);
      case 'users':
      case 'list_users':
      case 'userlist':
        return this.#voice.usersLine(await this.#call('presence.list', {}));
      case 'message':
        return await this.#message(frame);
      case 'status':
        return await this.#status(frame);
      case 'channel_switch':
      case 'join_channel':
        return await this.#switch(frame.channel, 'info');
      default:
        throw new AppError('unknown_command', { name: nameText(frame.type) });
    }
  }

  async #register({ username, password }: Record<string, unknown>): Promise<string> {
    requireText('username', username);
    requireText('password', password);
    if (!(await this.#reserve(username, password))) await this.#call('user.register', { name: username, password });
    return oldLine({ type: 'register', status: 'ok' });
  }

  /** Where there are guests, one who registers needs no account: the name is kept for the log-in that follows. */
  async #reserve(username: string, password: string): Promise<boolean> {
    if (!registeredGuest.test(username.normalize('NFC'))) return false;
    try {
      await this.#call('guest.reserve', { name: username, password });
      return true;
    } catch (error) {
      if (isError(error, 'guests_off')) return false;
      // That family tries another name when it reads this.
      throw isError(error, 'name_taken') ? new AppError('user_exists') : error;
    }
  }

  async #logIn({ username, password }: Record<string, unknown>): Promise<string> {
    if (typeof username !== 'string' || typeof password !== 'string' || password === '') throw new AppError('login_failed');
    const before = this.#connection.actor;
    // Unasked lines wait until the client's window listens: its first line after this answer tells.
    this.#pacing.hold();
    try {
      if (!(await this.#enterReserved(username, password)))
        await this.#call('session.logIn', { user: username, password, device: `classcord-${this.#connection.connectionId}` });
    } catch (error) {
      this.#pacing.release();
      throw isError(error, 'bad_input') ? new AppError('login_failed') : error;
    }
    if (!this.#connection.isOpen) {
      // Gone while the password was verified: what ends with a connection has ended before this log-in began.
      this.stop();
      return '';
    }
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.#pacing.release(), quietMs);
    // Nobody has the token of the log-in before.
    if (before.kind === 'user') await this.#call('session.end', { sessionId: before.sessionId }).catch(() => undefined);
    await this.#begin();
    const { actor } = this.#connection;
    return oldLine({ type: 'login', status: 'ok', username: actor.kind === 'user' || actor.kind === 'guest' ? actor.name : username });
  }

  /** Whether that is a guest whose name was kept. */
  async #enterReserved(username: string, password: string): Promise<boolean> {
    if (!registeredGuest.test(username.normalize('NFC')) || this.#names.hasAccount(username)) return false;
    try {
      await this.#call('guest.enter', { name: username, password });
      this.#guestFrom = null;
      return true;
    } catch (error) {
      if (isError(error, 'guests_off')) return false;
      throw error;
    }
  }

  /** Hears the first channel, when it hears none yet. */
  async #begin(): Promise<void> {
    if (this.#current === undefined) await this.#enter('général').catch(() => undefined);
    this.#follow();
  }

  async #message(frame: Record<string, unknown>): Promise<string> {
    if (this.#isStranger(frame)) await this.#enterAsGuest(frame);
    const { content } = frame;
    requireText('content', content);
    const text = content.trim();
    // Whoever says nothing only announces itself: nobody is shown a blank line.
    if (text === '') return '';
    const join = joinCommand.exec(text);
    if (join) return await this.#switch(join[1], 'system');
    if (this.#isPrivate(frame)) return await this.#private(frame.to, content);
    const channelId = isAbsent(frame.channel) ? this.#current : await this.#enter(frame.channel);
    if (channelId === undefined) throw new AppError('not_found', { thing: 'channel' });
    this.#follow();
    return await this.#say(channelId, content);
  }

  /** Meant for one person: marked so, or, where the client marks nothing, addressed to somebody's name. It never goes to the channel instead. */
  #isPrivate({ subtype, to }: Record<string, unknown>): boolean {
    if (!isAbsent(subtype)) return typeof subtype === 'string' && subtype.trim().toLowerCase() === 'private';
    // Everybody's name for everybody, whoever may be called so.
    return typeof to === 'string' && to.trim().toLowerCase() !== 'global' && this.#names.hasAccount(to.trim());
  }

  /** Somebody who is not in, or not under that name. */
  #isStranger(frame: Record<string, unknown>): boolean {
    const { kind } = this.#connection.actor;
    if (kind !== 'guest') return kind === 'anyone';
    const from = fromOf(frame);
    return this.#guestFrom !== null && from !== undefined && from !== this.#guestFrom;
  }

  async #enterAsGuest(frame: Record<string, unknown>): Promise<void> {
    const name = fromOf(frame);
    await this.#call('guest.enter', name === undefined ? {} : { name });
    this.#guestFrom = name;
    await this.#begin();
  }

  async #say(channelId: string, content: string): Promise<string> {
    await this.#call('message.send', { channelId, content });
    return '';
  }

  async #private(to: unknown, content: string): Promise<string> {
    // What is meant for one person never goes to the channel instead.
    const name = typeof to === 'string' ? to.trim() : '';
    if (name === '') return notice('À qui ? Il manque un destinataire.');
    const { actor } = this.#connection;
    if (actor.kind === 'user' && userKey(name) === userKey(actor.name)) return notice("C'est vous : votre message n'est pas parti.");
    if (actor.kind === 'guest') return notice("Les messages privés demandent un compte : votre message n'est pas parti.");
    const list = await this.#call('presence.list', {});
    let direct: { channelId: string; userId: string };
    try {
      direct = await this.#call('channel.openDirect', { name });
    } catch (error) {
      if (!isError(error, 'not_found') && !isError(error, 'bad_input')) throw error;
      const guest = list.guests.some(one => guestKey(one.name) === guestKey(name));
      return notice(guest ? `${name} est un invité : les messages privés demandent un compte.` : `${name} n'existe pas.`);
    }
    await this.#say(direct.channelId, content);
    if (list.present.some(one => one.userId === direct.userId)) return '';
    return notice(`${name} n'est pas en ligne : le message l'attend.`);
  }

  async #status({ state }: Record<string, unknown>): Promise<string> {
    const parsed = presenceState.safeParse(state);
    if (!parsed.success) throw new AppError('bad_input', { field: 'state', reason: 'use online, away, dnd or invisible' });
    await this.#call('presence.set', { state: parsed.data });
    return '';
  }

  async #switch(channel: unknown, type: 'info' | 'system'): Promise<string> {
    let channelId: string;
    try {
      channelId = await this.#enter(channel);
    } catch (error) {
      if (isError(error, 'not_found') || isError(error, 'bad_input')) return oldError('Canal inexistant');
      throw error;
    }
    this.#current = channelId;
    this.#heard.clear();
    this.#heard.add(channelId);
    this.#follow();
    const name = `#${this.#names.channel(channelId)?.name ?? ''}`;
    return oldLine({ type, message: `Vous avez rejoint ${name}`, channel: name });
  }

  /** Finds a channel by its name, joins it where that is open, and hears it from now on. */
  async #enter(typed: unknown): Promise<string> {
    const name = typeof typed === 'number' ? String(typed) : typed;
    if (typeof name !== 'string' || name.trim() === '') throw new AppError('not_found', { thing: 'channel' });
    const { channel, joined } = await this.#call('channel.find', { name });
    // A guest belongs to no channel, and hears those that are open.
    if (!joined && this.#connection.actor.kind === 'user') await this.#call('member.join', { channelId: channel.channelId });
    this.#found.set(channelKey(name.trim()), channel);
    this.#heard.add(channel.channelId);
    this.#current ??= channel.channelId;
    return channel.channelId;
  }

  #hears(channelId: string): boolean {
    return this.#heard.has(channelId) || this.#names.channel(channelId)?.kind === 'direct';
  }

  /** Follows the log with the channels that it hears now. */
  #follow(): void {
    this.#connection.followAgain();
  }

  #call<K extends CommandName>(name: K, input: unknown): Promise<CommandOutput<K>> {
    return this.#dispatch.call(this.#connection.actor, this.#connection.caller, name, input) as Promise<CommandOutput<K>>;
  }

  async #answering(line: Promise<string>): Promise<void> {
    const { kind } = this.#connection.actor;
    const wasIn = kind === 'user' || kind === 'guest';
    const text = await line.catch((error: AppError) => this.errorLine(error));
    if (text !== '') this.#connection.answer(text);
    // The first line after log-in has been answered: the window listens.
    if (wasIn) this.#pacing.release();
  }
}

/** A line that is for whoever reads along, not for the program. */
function notice(message: string): string {
  return oldLine({ type: 'system', message });
}

/** Clients that have nothing to say in a field leave it out, or empty. */
function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** The name that a guest's line brings along. */
function fromOf({ from }: Record<string, unknown>): string | undefined {
  return typeof from === 'string' && from.trim() !== '' ? from : undefined;
}

function requireText(field: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new AppError('bad_input', { field, reason: 'it is not a text' });
}

function isError(error: unknown, code: AppError['code']): boolean {
  return error instanceof AppError && error.code === code;
}
