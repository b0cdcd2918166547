import { Connection, type OpenTransport, webSocketTransport } from '@aerie/client';
import { tcpTransport } from '@aerie/client/tcp';
import type { Message } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeHistory } from '../kit/history.ts';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { until } from '../kit/wait.ts';

/** Rounds end with kill -9 after so many acknowledged messages; after 0, as soon as a client has found its way back. */
const rounds = [150, 400, 0, 1, 300, 0, 200];
const waitingMax = 16;
/** What each talker may say more in each round: all that is said stays far below what a resume brings page by page. */
const saidPerRound = 300;

let nester: Nester;
let people: Person[];
let channelId: string;

beforeAll(async () => {
  nester = await Nester.start({ env: { AERIE_LIMITS: 'commandsPerSecond=100000,commandsBurst=100000' } });
  const admin = await firstAdministrator(nester);
  people = [admin];
  for (const name of ['Bo', 'Cy', 'Di']) people.push(await newPerson(nester, admin, name));
  channelId = await channelNamed(admin, 'général');
});
afterAll(() => nester.remove());

/** Somebody who talks as fast as a window of waiting messages allows, and never stops listening. */
class Talker {
  readonly connection: Connection;
  readonly name: string;
  said = 0;
  #allowed = 0;

  constructor(person: Person, open: OpenTransport) {
    this.name = person.name;
    // Short waits: what is tried here is the resume, not patience.
    this.connection = new Connection({ open, token: person.token, random: () => 0.02 });
    this.connection.subscribe(() => this.#talk());
    this.connection.start();
  }

  /** Says so much more, as fast as it can. */
  say(count: number): void {
    this.#allowed += count;
    this.#talk();
  }

  get messages(): readonly Message[] {
    return this.connection.state?.windows.get(channelId)?.messages ?? [];
  }

  #talk(): void {
    // What it says, it says during lost lines too: only the outbox knows.
    while (this.said < this.#allowed && this.connection.outbox.length < waitingMax) {
      this.said += 1;
      this.connection.send(channelId, `${this.name} ${this.said}`);
    }
  }
}

/** Says things without any client of ours in between, and remembers what was acknowledged. */
class Notary {
  readonly acknowledged: { messageId: string; seq: number; content: string }[] = [];
  readonly #person: Person;
  readonly #listeners = new Set<() => void>();
  #said = 0;

  constructor(person: Person) {
    this.#person = person;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Talks until the line is lost. */
  async talk(): Promise<void> {
    const line = await LineClient.connect(nester.tcp);
    try {
      await line.ask('session.resume', { token: this.#person.token });
      await Promise.all(Array.from({ length: waitingMax }, () => this.#talkOn(line)));
    } catch {
      // The kill; what was acknowledged before it is what counts.
    } finally {
      await line.close();
    }
  }

  async #talkOn(line: LineClient): Promise<never> {
    for (;;) {
      this.#said += 1;
      const content = `notary ${this.#said}`;
      const { messageId, seq } = await line.ask('message.send', { channelId, content });
      this.acknowledged.push({ messageId, seq, content });
      for (const listener of this.#listeners) listener();
    }
  }
}

describe('kill -9 in the middle of a conversation', () => {
  it('keeps every acknowledged message, and every client ends with the same messages, none missed, none twice', async () => {
    const [admin, bo, cy, di] = people as [Person, Person, Person, Person];
    const talkers = [
      new Talker(admin, webSocketTransport(nester.webSocketUrl)),
      new Talker(bo, webSocketTransport(nester.webSocketUrl)),
      new Talker(cy, tcpTransport(nester.tcp)),
    ];
    const notary = new Notary(di);
    await Promise.all(talkers.map(({ connection }) => connection.openChannel(channelId)));
    for (const enough of rounds) {
      for (const talker of talkers) talker.say(saidPerRound);
      const talking = notary.talk();
      const goal = notary.acknowledged.length + enough;
      if (enough > 0) {
        await until(
          `${enough} acknowledged messages`,
          listener => notary.subscribe(listener),
          () => notary.acknowledged.length >= goal,
        );
      } else {
        const { connection } = talkers[1]!;
        await until(
          'a client that is live again',
          listener => connection.subscribe(listener),
          () => connection.status === 'live',
        );
      }
      await nester.kill();
      await talking;
      await nester.start();
    }

    for (const { connection, name } of talkers) {
      await until(
        `an empty outbox of ${name}`,
        listener => connection.subscribe(listener),
        () => connection.outbox.length === 0,
      );
    }
    const history = await wholeHistory(admin, channelId);
    const last = history.at(-1)!.seq;
    for (const { connection, name } of talkers) {
      await until(
        `the last message at ${name}`,
        listener => connection.subscribe(listener),
        () => connection.state!.seq >= last,
      );
    }

    const stored = new Map(history.map(message => [message.messageId, message]));
    expect(stored.size).toBe(history.length);
    const lost = notary.acknowledged.filter(({ messageId, seq, content }) => {
      const message = stored.get(messageId);
      return message?.content !== content || message.seq !== seq;
    });
    expect(lost).toEqual([]);
    expect(notary.acknowledged.length).toBeGreaterThan(1_000);

    for (const { name, said, messages } of talkers) {
      const own = history.filter(message => message.authorName === name).map(message => message.content);
      expect(said).toBe(rounds.length * saidPerRound);
      expect(own.filter(content => content.startsWith(`${name} `))).toEqual(Array.from({ length: said }, (_, n) => `${name} ${n + 1}`));
      expect(difference(messages, history)).toEqual({ missed: [], foreign: [] });
      expect(messages.map(shown)).toEqual(history.map(shown));
    }
    for (const { connection } of talkers) connection.stop();
  });
});

function shown({ messageId, seq, authorName, content }: Message) {
  return { messageId, seq, authorName, content };
}

/** What one list lacks of the other and has beyond it: a short answer where thousands of messages are compared. */
function difference(messages: readonly Message[], history: readonly Message[]) {
  const held = new Set(messages.map(({ messageId }) => messageId));
  const stored = new Set(history.map(({ messageId }) => messageId));
  return {
    missed: history.filter(({ messageId }) => !held.has(messageId)).map(shown),
    foreign: messages.filter(({ messageId }) => !stored.has(messageId)).map(shown),
  };
}
