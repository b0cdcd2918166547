import type { OwnChannel, PresenceState } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { channelKey } from '@aerie/contract/names';
import { atLeast } from '@aerie/contract/roles';
import { Failure } from '../failure.ts';
import type { Keyboard } from '../screen/keyboard.ts';
import type { Key } from '../screen/keys.ts';
import type { Screen } from '../screen/screen.ts';
import { type Anchor, scrolled } from '../screen/scroll.ts';
import { conversationRows, layout, type Model, view } from '../screen/view.ts';
import type { Session } from '../server/session.ts';
import type { Words } from '../words/words.ts';
import { type Vocabulary, vocabularyOf } from './completion.ts';
import type { Ending } from './ending.ts';
import { emptyDraft } from './line-editor.ts';
import type { Notice } from './notices.ts';
import { Prompt } from './prompt.ts';
import { Reading } from './reading.ts';
import { roomsOf } from './rooms.ts';
import { commandNames, type Deck, runSlashCommand, sentenceOf, slashCommand } from './slash-commands.ts';

interface Parts {
  session: Session;
  screen: Screen;
  keyboard: Keyboard;
  words: Words;
  now(): number;
  /** Stops the program until its shell lets it go on. */
  suspend(): Promise<void>;
}

/** Between two pictures; what comes meanwhile is shown at once with the next. */
const pictureMs = 25;
const typingMs = 3_000;
const mostNotices = 200;

/** The rooms on the screen: keys come in, pictures go out, until the person leaves or the session ends. */
export class Chat implements Deck {
  readonly #parts: Parts;
  readonly #reading: Reading;
  readonly #prompt = new Prompt();
  readonly #left = Promise.withResolvers<'quit' | 'ended'>();
  /** Why the server ended the session, once it has. */
  ending: Ending | undefined;
  #channelId: string | undefined;
  /** To be opened when it is there. */
  #wanted: string | undefined;
  #anchor: Anchor | undefined;
  #notices: Notice[] = [];
  #channelNames: string[] = [];
  #siteCodes: string[] = [];
  #presence: PresenceState = 'online';
  #wasLive = true;
  #typedAt = 0;
  #warned = false;
  #picture: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#reading = new Reading(this.connection);
  }

  /** Shows the rooms until the person leaves (`quit`) or the server ended the session. */
  async run(): Promise<'quit' | 'ended'> {
    const { screen, keyboard, words } = this.#parts;
    screen.start(() => this.#draw());
    const end = this.connection.subscribe(() => this.#changed());
    const endEvents = this.connection.onEvent(frame => {
      if (frame.event === 'session.ended') this.ending = frame;
    });
    const endKeys = keyboard.read(
      key => this.#key(key),
      () => this.#left.resolve('quit'),
    );
    // "Reconnecting in 3 s" counts down without anything happening.
    const clock = setInterval(() => this.connection.status !== 'live' && this.#soon(), 500);
    this.#openFirst();
    this.#learnNames();
    this.tell(words.say('screen.welcome'));
    try {
      return await this.#left.promise;
    } finally {
      end();
      endKeys();
      endEvents();
      clearInterval(clock);
      clearTimeout(this.#picture);
      this.#picture = undefined;
      this.#reading.stop();
      screen.stop();
    }
  }

  // What commands of the input line may do.

  get connection() {
    return this.#parts.session.connection;
  }

  get words(): Words {
    return this.#parts.words;
  }

  readonly channel = (): OwnChannel => {
    const channel = this.#channelId === undefined ? undefined : this.connection.state?.channels.get(this.#channelId);
    if (!channel) throw new Failure('screen.noChannel');
    return channel;
  };

  readonly tell = (text: string, error = false): void => {
    // After all that there is now, held here or not.
    const afterSeq = this.connection.state?.seq ?? 0;
    const n = (this.#notices.at(-1)?.n ?? 0) + 1;
    this.#notices = [...this.#notices, { channelId: this.#channelId, afterSeq, n, text, error }].slice(-mostNotices);
    this.#anchor = undefined;
    this.#soon();
  };

  readonly go = (channelId: string): void => {
    this.#wanted = channelId;
    this.#changed();
  };

  readonly be = async (presence: PresenceState): Promise<void> => {
    await this.connection.call('presence.set', { state: presence });
    this.#presence = presence;
    this.tell(this.words.say('slash.state', { state: this.words.say(`state.${presence}`) }));
  };

  readonly browse = async () => {
    const { channels } = await this.connection.call('channel.browse', {});
    this.#channelNames = channels.map(({ name }) => name);
    return channels;
  };

  readonly quit = (): void => {
    const { length } = this.connection.outbox;
    if (length === 0 || this.#warned) this.#left.resolve('quit');
    else this.tell(this.words.say('screen.unsent', { count: length }), true);
    this.#warned = true;
  };

  // What happens on the line.

  #changed(): void {
    const { connection } = this;
    const live = connection.status === 'live';
    if (connection.status === 'ended') this.#left.resolve('ended');
    if (live && !this.#wasLive) this.#liveAgain();
    this.#wasLive = live;
    const channels = connection.state?.channels;
    if (!channels) return;
    if (this.#channelId !== undefined && !channels.has(this.#channelId)) this.#channelId = undefined;
    if (this.#wanted !== undefined && channels.has(this.#wanted)) this.#open(this.#wanted);
    if (this.#channelId === undefined) this.#openFirst();
    this.#soon();
  }

  /** What holds for one connection is said again on the next. */
  #liveAgain(): void {
    if (this.#presence !== 'online') this.connection.call('presence.set', { state: this.#presence }).catch(() => {});
    this.#learnNames();
  }

  #learnNames(): void {
    // Only Tab misses them.
    this.browse().catch(() => {});
    if (atLeast(this.connection.state!.me.role, 'technician')) {
      this.connection.call('site.list', {}).then(
        ({ sites }) => {
          this.#siteCodes = sites.map(({ code }) => code).sort();
        },
        () => {},
      );
    }
  }

  #rooms(): string[] {
    return roomsOf(this.connection.state!).map(({ channelId }) => channelId);
  }

  #open(channelId: string): void {
    this.#wanted = undefined;
    if (channelId === this.#channelId) return;
    this.#prompt.turn(this.#channelId, channelId);
    this.#channelId = channelId;
    this.#anchor = undefined;
    this.#reading.opened(channelId);
    this.connection.openChannel(channelId).catch(error => this.tell(this.words.error(error), true));
    this.#soon();
  }

  /** The channel where everybody is, else the first of the list. */
  #openFirst(): void {
    const { channels } = this.connection.state!;
    const [first] = this.#rooms();
    const everybody = [...channels.values()].find(({ kind, name }) => kind === 'public' && channelKey(name) === 'general');
    const channelId = everybody?.channelId ?? first;
    if (channelId !== undefined) this.#open(channelId);
  }

  #step(by: number): void {
    const rooms = this.#rooms();
    if (rooms.length === 0) return;
    const at = rooms.indexOf(this.#channelId ?? '');
    this.#open(rooms[(at + by + rooms.length) % rooms.length]!);
  }

  // What happens at the keyboard.

  #key(key: Key): void {
    if (key.kind === 'key') {
      const act = this.#keys[key.name];
      if (act) act();
      else if (this.#prompt.press(key.name)) this.#warned = false;
    } else {
      this.#warned = false;
      this.#prompt.insert(key.text);
      this.#tellTyping();
    }
    this.#soon();
  }

  /** Keys that do more than edit a line. */
  readonly #keys: Record<string, () => void> = {
    enter: () => this.#enter(),
    tab: () => this.#prompt.complete(1, this.#vocabulary()),
    'shift-tab': () => this.#prompt.complete(-1, this.#vocabulary()),
    pageup: () => this.#scroll(-1),
    pagedown: () => this.#scroll(1),
    'alt-up': () => this.#step(-1),
    'ctrl-p': () => this.#step(-1),
    'alt-down': () => this.#step(1),
    'ctrl-n': () => this.#step(1),
    'ctrl-z': () => void this.#suspend(),
    'ctrl-l': () => this.#parts.screen.forget(),
    'ctrl-c': () => (this.#prompt.draft.text === '' ? this.quit() : this.#prompt.write(emptyDraft)),
    'ctrl-d': () => (this.#prompt.draft.text === '' ? this.quit() : void this.#prompt.press('delete')),
    focus: () => this.#reading.focus(true, this.#channelId),
    blur: () => this.#reading.focus(false, this.#channelId),
    escape: () => {
      this.#prompt.cancel();
      this.#anchor = undefined;
    },
  };

  /** Gives the terminal back to the shell, and takes it again afterwards. */
  async #suspend(): Promise<void> {
    const { screen, keyboard, suspend } = this.#parts;
    screen.stop();
    keyboard.stop();
    await suspend();
    keyboard.start();
    screen.start(() => this.#draw());
    this.#draw();
  }

  #tellTyping(): void {
    const now = this.#parts.now();
    const channelId = this.#channelId;
    const told = now - this.#typedAt < typingMs || this.connection.status !== 'live';
    if (channelId === undefined || told || slashCommand(this.#prompt.draft.text)) return;
    this.#typedAt = now;
    this.connection.call('typing.start', { channelId }).catch(() => {});
  }

  #vocabulary(): Vocabulary {
    const state = this.connection.state!;
    return { ...vocabularyOf(state, commandNames(state.me.role), this.#channelNames), sites: this.#siteCodes };
  }

  #enter(): void {
    const { text } = this.#prompt.draft;
    if (text.trim() === '') return;
    const command = slashCommand(text);
    if (command) {
      this.#prompt.sent();
      runSlashCommand(this, command).catch(error => this.tell(sentenceOf(error, this.words), true));
      return;
    }
    const said = text.startsWith('//') ? text.slice(1) : text;
    const channelId = this.#channelId;
    if (channelId === undefined) this.tell(this.words.say('screen.noChannel'), true);
    else if (said.length > limits.contentChars) {
      this.tell(this.words.say('message.tooLong', { count: said.length, max: limits.contentChars }), true);
    } else {
      this.#prompt.sent();
      this.#anchor = undefined;
      this.#typedAt = 0;
      this.connection.send(channelId, said);
    }
  }

  #scroll(pages: 1 | -1): void {
    const { size } = this.#parts.screen;
    const { height } = layout(size);
    const rows = conversationRows(this.#model(), size);
    this.#anchor = scrolled(rows, this.#anchor, height, pages * Math.max(1, height - 2));
    const top =
      this.#anchor === undefined ? 0 : rows.findIndex(({ seq, part }) => seq === this.#anchor!.seq && part === this.#anchor!.part) - height;
    const channelId = this.#channelId;
    // The next page is there before its first line is asked for.
    if (pages === -1 && top < height && channelId !== undefined) {
      this.connection.loadBefore(channelId).catch(error => this.tell(this.words.error(error), true));
    }
  }

  // The picture.

  #model(): Model {
    const { session, words, now } = this.#parts;
    const { connection } = session;
    const failure = session.failure();
    return {
      state: connection.state!,
      status: connection.status,
      retryAt: connection.retryAt,
      failure: failure && words.error(failure),
      outbox: connection.outbox,
      channelId: this.#channelId,
      draft: this.#prompt.draft,
      anchor: this.#anchor,
      newAfter: this.#reading.newAfter(this.#channelId),
      notices: this.#notices,
      choices: this.#prompt.choices,
      presence: this.#presence,
      words,
      now: now(),
    };
  }

  #soon(): void {
    this.#picture ??= setTimeout(() => this.#draw(), pictureMs);
  }

  #draw(): void {
    clearTimeout(this.#picture);
    this.#picture = undefined;
    if (!this.connection.state) return;
    const { screen } = this.#parts;
    const { lines, cursor } = view(this.#model(), screen.size);
    screen.show(lines, cursor);
    this.#reading.look(this.#channelId, this.#anchor === undefined);
  }
}
