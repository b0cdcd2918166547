import { AppError, type Channel, channelKey, type EventBody, errorSentence, presenceState, type SeenPresence } from '@aerie/contract';
import type { CommittedEvent } from '../store/unit.ts';
import type { Connection, Ending, EndReason } from './connection.ts';
import { type Dispatch, nameText } from './dispatch.ts';
import { asciiJson } from './lines.ts';
import type { Step } from './ordered-queue.ts';

/** After log-in, how long unasked lines wait when the client says nothing. */
const quietMs = 1_000;

/** What the old wire needs to know by name. */
export interface Names {
  channel(channelId: string): Channel | undefined;
  userName(userId: string): string | undefined;
}

/** One line of the old wire. */
function oldLine(value: Record<string, unknown>): string {
  return `${asciiJson(value)}\n`;
}

/** Error lines carry the sentence twice: one family of clients reads `message`, another `error`. */
function oldError(message: string): string {
  return oldLine({ type: 'error', message, error: message });
}

/** How events look to those who speak the old wire. */
export class ClasscordVoice {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  line(event: CommittedEvent): string {
    const { message } = event.body as EventBody<'message.created'>;
    // A card that changed is a new line there: the old wire cannot change one.
    if (event.name !== 'message.created' && !(event.name === 'message.edited' && message.card)) return '';
    const channel = this.#names.channel(message.channelId);
    if (!channel) return '';
    const said = { from: message.authorName, content: message.content, timestamp: new Date(message.createdAt).toISOString() };
    if (channel.kind !== 'direct')
      return oldLine({ type: 'message', subtype: 'global', to: 'global', ...said, channel: `#${channel.name}` });
    const other = channel.directUserIds?.find(userId => userId !== message.authorId);
    return oldLine({ type: 'message', subtype: 'private', to: (other && this.#names.userName(other)) ?? '?', ...said });
  }

  presenceLine({ userId, state }: { userId: string; state: SeenPresence }): string {
    return oldLine({ type: 'status', user: this.#names.userName(userId) ?? '?', state });
  }
}

/**
 * The old wire on one connection: its lines become commands, their answers lines. It hears one channel at a time
 * (and those it has written to), and what is said to its user alone.
 */
export class ClasscordTalk {
  readonly #connection: Connection;
  readonly #dispatch: Dispatch;
  readonly #names: Names;
  readonly #channelIds = new Map<string, string>();
  readonly #heard = new Set<string>();
  #current: string | undefined;
  #quietTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, dispatch: Dispatch, names: Names) {
    this.#connection = connection;
    this.#dispatch = dispatch;
    this.#names = names;
    connection.farewell = farewell;
    connection.hears = topic => !topic.startsWith('channel:') || this.#hears(topic.slice('channel:'.length));
  }

  /** The connection is gone. Nobody has the token of its log-in, so that ends too. */
  stop(): void {
    clearTimeout(this.#quietTimer);
    if (this.#connection.actor.kind === 'user') void this.#call('session.logOut', {}).catch(() => undefined);
  }

  errorLine(error: AppError): string {
    if (error.code === 'login_failed') return oldError('Login failed.');
    if (error.code === 'user_exists') return oldError('Username already exists.');
    return oldError(error.message);
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
    if (typeof content !== 'string' || content.trim() === '' || content.startsWith('/join ') || isPrivate(frame)) return undefined;
    if (channel === undefined || channel === null || channel === '') return this.#current;
    const channelId = typeof channel === 'string' ? this.#channelIds.get(channelKey(channel)) : undefined;
    return channelId !== undefined && this.#heard.has(channelId) ? channelId : undefined;
  }

  async #serve(frame: Record<string, unknown>): Promise<string> {
    switch (frame.type) {
      case 'register':
        await this.#call('user.register', { name: frame.username, password: frame.password });
        return oldLine({ type: 'register', status: 'ok' });
      case 'login':
        return await this.#logIn(frame);
      case 'users':
      case 'list_users':
      case 'userlist':
        return await this.#users();
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

  async #logIn({ username, password }: Record<string, unknown>): Promise<string> {
    if (typeof username !== 'string' || typeof password !== 'string' || password === '') throw new AppError('login_failed');
    // Unasked lines wait until the client's window listens: its first line after this answer tells.
    this.#connection.startQuiet();
    try {
      await this.#call('session.logIn', { user: username, password, device: `classcord-${this.#connection.connectionId}` });
    } catch (error) {
      this.#connection.endQuiet();
      throw error;
    }
    if (!this.#connection.isOpen) {
      // Gone while the password was verified: what ends with a connection has ended before this log-in began.
      this.stop();
      return '';
    }
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.#connection.endQuiet(), quietMs);
    if (this.#current === undefined) await this.#enter('général').catch(() => undefined);
    this.#follow();
    const { actor } = this.#connection;
    return oldLine({ type: 'login', status: 'ok', username: actor.kind === 'user' ? actor.name : username });
  }

  async #users(): Promise<string> {
    const { present } = (await this.#call('presence.list', {})) as { present: { name: string }[] };
    return oldLine({ type: 'users', users: present.map(one => one.name) });
  }

  async #message(frame: Record<string, unknown>): Promise<string> {
    if (this.#connection.actor.kind !== 'user') throw new AppError('guests_off');
    const { content } = frame;
    if (typeof content !== 'string') throw new AppError('bad_input', { field: 'content', reason: 'it is not a text' });
    if (content.trim() === '') return '';
    if (content.startsWith('/join ')) return await this.#switch(content.slice('/join '.length), 'system');
    if (isPrivate(frame)) {
      // What is meant for one person never goes to the channel instead.
      if (typeof frame.to !== 'string' || frame.to === '')
        return oldLine({ type: 'system', message: 'À qui ? Il manque un destinataire.' });
      return await this.#whisper(frame.to, content);
    }
    const wanted = frame.channel;
    const channelId = typeof wanted === 'string' && wanted !== '' ? await this.#enter(wanted) : this.#current;
    if (channelId === undefined) throw new AppError('not_found', { thing: 'channel' });
    this.#follow();
    return await this.#say(channelId, content);
  }

  async #say(channelId: string, content: string): Promise<string> {
    await this.#call('message.send', { channelId, content });
    return '';
  }

  async #whisper(to: string, content: string): Promise<string> {
    let channelId: string;
    let userId: string;
    try {
      ({ channelId, userId } = (await this.#call('channel.openDirect', { name: to })) as { channelId: string; userId: string });
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return oldLine({ type: 'system', message: `${to} n'existe pas.` });
      throw error;
    }
    await this.#say(channelId, content);
    const { present } = (await this.#call('presence.list', {})) as { present: { userId: string }[] };
    if (present.some(one => one.userId === userId)) return '';
    return oldLine({ type: 'system', message: `${to} n'est pas en ligne : le message l'attend.` });
  }

  async #status({ state }: Record<string, unknown>): Promise<string> {
    const parsed = presenceState.safeParse(state);
    if (!parsed.success) throw new AppError('bad_input', { field: 'state', reason: 'use online, away, dnd or invisible' });
    await this.#call('presence.set', { state: parsed.data });
    return '';
  }

  async #switch(channel: unknown, type: 'info' | 'system'): Promise<string> {
    if (typeof channel !== 'string') return oldError('Canal inexistant');
    let channelId: string;
    try {
      channelId = await this.#enter(channel);
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return oldError('Canal inexistant');
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
  async #enter(typed: string): Promise<string> {
    const name = typed.trim();
    const { channel, joined } = (await this.#call('channel.find', { name })) as { channel: Channel; joined: boolean };
    if (!joined) await this.#call('member.join', { channelId: channel.channelId });
    this.#channelIds.set(channelKey(name), channel.channelId);
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

  #call(name: string, input: unknown): Promise<unknown> {
    return this.#dispatch.call(this.#connection.actor, this.#connection.caller, name, input);
  }

  async #answering(line: Promise<string>): Promise<void> {
    const wasLoggedIn = this.#connection.actor.kind === 'user';
    const text = await line.catch((error: AppError) => this.errorLine(error));
    if (text !== '') this.#connection.answer(text);
    // The first line after log-in has been answered: the window listens.
    if (wasLoggedIn) this.#connection.endQuiet();
  }
}

function isPrivate({ subtype }: Record<string, unknown>): boolean {
  return subtype === 'private';
}

function farewell({ reason, why, until }: Ending): string {
  if (reason === 'stopping') return oldLine({ type: 'server_shutdown', message: "Le serveur s'arrête." });
  return oldLine({ type: 'kick', message: kickSentence(reason, why ? ` (${why})` : '', until) });
}

function kickSentence(reason: EndReason, because: string, until: number | undefined): string {
  if (reason === 'kicked') return `Un administrateur a mis fin à votre session${because}.`;
  if (reason === 'banned' && until !== undefined) return errorSentence('banned', { until, because }, 'fr');
  return 'Votre session est terminée.';
}
