import { briefOf, type EventBody, type Message } from '@aerie/contract';
import type { CommittedEvent, Topic } from '../store/unit.ts';
import type { Connection } from './connection.ts';
import { Spread } from './spread.ts';

/** What the fan-out asks of chat: which topics a user may hear. */
export interface Hearing {
  topicsOf(userId: string): Topic[];
  /** What somebody without an account may hear. */
  guestTopics(): Topic[];
}

/** How events and messages look on the old wire, for those connections that speak it. */
export interface ClasscordVoice {
  /** The line of an event, or '' when the old wire has no word for it. */
  line(event: CommittedEvent): string;
}

type Audience = Map<Topic, Set<Connection>>;

const nobody: ReadonlySet<Connection> = new Set();

/**
 * Brings committed events to connections. A batch is serialised once per dialect (frames, brief frames, the old wire) and set
 * of topics, as one Buffer, and written once per member.
 */
export class Fanout {
  readonly #framed: Audience = new Map();
  readonly #classcord: Audience = new Map();
  readonly #topics = new Map<Connection, Set<Topic>>();
  readonly #byUser = new Map<string, Set<Connection>>();
  readonly #guests = new Set<Connection>();
  readonly #spread = new Spread();
  readonly #hearing: Hearing;
  readonly #voice: ClasscordVoice;

  constructor(hearing: Hearing, voice: ClasscordVoice) {
    this.#hearing = hearing;
    this.#voice = voice;
  }

  /** The connection hears all that its user may hear. */
  follow(connection: Connection): void {
    const { userId } = connection;
    if (connection.actor.kind === 'guest') {
      this.#guests.add(connection);
      for (const topic of this.#hearing.guestTopics()) this.listenTo(connection, topic);
    }
    if (userId === undefined) return;
    if (!this.#topics.has(connection)) {
      this.#topics.set(connection, new Set());
      entry(this.#byUser, userId).add(connection);
    }
    for (const topic of this.#hearing.topicsOf(userId)) this.#listen(connection, topic);
  }

  /** The connection hears one topic, whoever it is. */
  listenTo(connection: Connection, topic: Topic): void {
    if (!this.#topics.has(connection)) this.#topics.set(connection, new Set());
    this.#listen(connection, topic);
  }

  /** What the connection's user may hear has changed with the user's role. */
  hearAgain(connection: Connection): void {
    const topics = this.#topics.get(connection);
    if (!topics || connection.userId === undefined) return;
    const allowed = new Set(this.#hearing.topicsOf(connection.userId));
    // Channels change with their own events, in their own order.
    for (const topic of [...topics]) if (!topic.startsWith('channel:') && !allowed.has(topic)) this.#drop(connection, topic);
    for (const topic of allowed) if (!topic.startsWith('channel:')) this.#listen(connection, topic);
  }

  unfollow(connection: Connection): void {
    for (const topic of this.#topics.get(connection) ?? []) this.#drop(connection, topic);
    this.#topics.delete(connection);
    this.#guests.delete(connection);
    if (connection.userId !== undefined) {
      const own = this.#byUser.get(connection.userId);
      own?.delete(connection);
      if (own?.size === 0) this.#byUser.delete(connection.userId);
    }
  }

  /** More happened than can be told one by one: whoever follows the log begins again. */
  skip(): void {
    for (const connection of [...this.#topics.keys()]) connection.beginAgain();
  }

  publish(events: readonly CommittedEvent[]): void {
    let from = 0;
    events.forEach((event, i) => {
      if (event.name === 'channel.updated' && this.#guests.size > 0) {
        this.#send(events.slice(from, i + 1));
        from = i + 1;
        this.#followChannel();
        return;
      }
      if (event.name !== 'member.joined' && event.name !== 'member.left') return;
      // Who hears what changes here: what came before goes out first.
      this.#send(events.slice(from, i + 1));
      from = i + 1;
      const { channelId, userId } = event.ids as { channelId: string; userId: string };
      for (const connection of this.#byUser.get(userId) ?? []) {
        if (event.name === 'member.joined') this.#listen(connection, `channel:${channelId}`);
        else this.#drop(connection, `channel:${channelId}`);
      }
    });
    this.#send(from === 0 ? events : events.slice(from));
  }

  /** Sends lines that may be lost to those who hear a topic; to many of them in the next few turns of the event loop. */
  whisper(topic: Topic, framed: string, except?: string): void {
    const buffer = Buffer.from(framed);
    this.#spread.tell(this.#framed.get(topic) ?? nobody, connection => {
      if (connection.connectionId === except) return;
      // After a snapshot's answer, whatever its seq: it may be newer than what the snapshot says.
      if (connection.isHolding) connection.gather(Number.POSITIVE_INFINITY, framed);
      else connection.whisper(buffer);
    });
  }

  /** The same for connections of the old wire; each may be told something else, or nothing. */
  whisperOld(topic: Topic, lines: (connection: Connection) => Buffer | undefined): void {
    this.#spread.tell(this.#classcord.get(topic) ?? nobody, connection => {
      const own = lines(connection);
      if (own) connection.whisper(own);
    });
  }

  #send(events: readonly CommittedEvent[]): void {
    if (events.length === 0) return;
    const topics = new Set<Topic>();
    let last: Topic | undefined;
    for (const { topic, alsoTopic } of events) {
      // Most of a batch is talk in one channel, under one text: the same object is known without hashing it.
      if (topic !== last) topics.add(topic);
      last = topic;
      if (alsoTopic) topics.add(alsoTopic);
    }
    this.#sendFramed(events, topics);
    this.#sendClasscord(events, topics);
  }

  #sendFramed(events: readonly CommittedEvent[], topics: ReadonlySet<Topic>): void {
    const lines = lazyLines(events, framedLine);
    const briefLines = lazyLines(events, (event, i) => briefLine(event) ?? lines(i));
    for (const { connections, indexes } of this.#groups(this.#framed, events, topics)) {
      let full: Buffer | undefined;
      let brief: Buffer | undefined;
      for (const connection of connections) {
        if (connection.isHolding) {
          for (const i of indexes) connection.gather(events[i]!.seq, connection.isBrief ? briefLines(i) : lines(i));
        } else if (connection.isBrief) {
          brief ??= Buffer.from(indexes.map(briefLines).join(''));
          connection.deliver(brief);
        } else {
          full ??= Buffer.from(indexes.map(lines).join(''));
          connection.deliver(full);
        }
      }
    }
  }

  #sendClasscord(events: readonly CommittedEvent[], topics: ReadonlySet<Topic>): void {
    if (this.#classcord.size === 0) return;
    const lines = lazyLines(events, event => this.#voice.line(event));
    const origins = new Set(events.map(event => event.origin));
    for (const { connections, indexes } of this.#groups(this.#classcord, events, topics)) {
      const buffer = Buffer.from(indexes.map(lines).join(''));
      if (buffer.length === 0) continue;
      for (const connection of connections) {
        // No echo on the old wire: who spoke does not get the own lines.
        if (!origins.has(connection.connectionId) && !indexes.some(i => isOwnDirect(events[i]!, connection))) {
          connection.deliver(buffer);
          continue;
        }
        const others = indexes.filter(i => events[i]!.origin !== connection.connectionId && !isOwnDirect(events[i]!, connection));
        const text = others.map(lines).join('');
        if (text !== '') connection.deliver(Buffer.from(text));
      }
    }
  }

  /** Connections that get the same events of a batch, together with the indexes of those events. */
  *#groups(
    audience: Audience,
    events: readonly CommittedEvent[],
    topics: ReadonlySet<Topic>,
  ): Generator<{ connections: Iterable<Connection>; indexes: number[] }> {
    if (topics.size === 1) {
      const connections = audience.get(events[0]!.topic);
      if (connections?.size) yield { connections, indexes: events.map((_, i) => i) };
      return;
    }
    const keys = new Map<Connection, string>();
    const list = [...topics];
    list.forEach((topic, n) => {
      for (const connection of audience.get(topic) ?? []) keys.set(connection, `${keys.get(connection) ?? ''}${n},`);
    });
    const groups = new Map<string, Connection[]>();
    for (const [connection, key] of keys) {
      const group = groups.get(key);
      if (group) group.push(connection);
      else groups.set(key, [connection]);
    }
    for (const [key, connections] of groups) {
      const heard = new Set(
        key
          .split(',')
          .filter(Boolean)
          .map(n => list[Number(n)]),
      );
      const indexes: number[] = [];
      events.forEach((event, i) => {
        if (heard.has(event.topic) || (event.alsoTopic !== null && heard.has(event.alsoTopic))) indexes.push(i);
      });
      yield { connections, indexes };
    }
  }

  /** Guests hear open channels, and no others. */
  #followChannel(): void {
    const allowed = new Set(this.#hearing.guestTopics());
    for (const connection of this.#guests) {
      for (const topic of [...(this.#topics.get(connection) ?? [])]) if (!allowed.has(topic)) this.#drop(connection, topic);
      for (const topic of allowed) this.#listen(connection, topic);
    }
  }

  #listen(connection: Connection, topic: Topic): void {
    const topics = this.#topics.get(connection);
    if (!topics || topics.has(topic) || !connection.hears(topic)) return;
    topics.add(topic);
    entry(connection.dialect === 'classcord' ? this.#classcord : this.#framed, topic).add(connection);
  }

  #drop(connection: Connection, topic: Topic): void {
    this.#topics.get(connection)?.delete(topic);
    const audience = connection.dialect === 'classcord' ? this.#classcord : this.#framed;
    const connections = audience.get(topic);
    connections?.delete(connection);
    if (connections?.size === 0) audience.delete(topic);
  }
}

/** A private line goes to the other one, not back to the author's own windows. */
function isOwnDirect(event: CommittedEvent, connection: Connection): boolean {
  if (event.name !== 'message.created' || event.ids.direct !== 1) return false;
  const { message } = event.body as EventBody<'message.created'> & { message: Message };
  return message.authorId === connection.userId;
}

/** The frame of an event, `{"seq":1,"event":"message.created",…}`, without a copy of its body. */
function framedLine({ seq, name, body }: CommittedEvent): string {
  const json = JSON.stringify(body);
  return `{"seq":${seq},"event":"${name}"${json === '{}' ? '' : ','}${json.slice(1)}\n`;
}

/** The same for a connection that asked for brief messages; undefined where the full form is the only one. */
function briefLine({ seq, name, body }: CommittedEvent): string | undefined {
  const said = name === 'message.created' ? briefOf((body as EventBody<'message.created'>).message) : undefined;
  return said && `{"seq":${seq},"said":${JSON.stringify(said)}}\n`;
}

function lazyLines(events: readonly CommittedEvent[], make: (event: CommittedEvent, i: number) => string): (i: number) => string {
  const lines: (string | undefined)[] = new Array(events.length);
  return i => (lines[i] ??= make(events[i]!, i));
}

function entry<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key);
  if (!set) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}
