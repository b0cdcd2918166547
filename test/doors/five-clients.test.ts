import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Nester } from '../kit/nester.ts';
import { type Habits, OldClient } from '../kit/old-client.ts';
import { firstAdministrator, newPerson, password } from '../kit/people.ts';

/** Each family's way of being a client. */
const families = {
  // Reads one line after register and one after login.
  Léa: {},
  // Dies of a bad line, and paints only the last of lines within 10 ms.
  Zoé: { showsLastOnly: true },
  // Asks who is here every 3 s; shows nothing but messages; reads errors under `error`.
  Noé: { pollMs: 3_000, shows: 'messages', errorKey: 'error' },
  // Says how it is and asks twice; speaks windows-1252.
  Tom: { charset: 'windows-1252', opening: [{ type: 'status', state: 'online' }, { type: 'users' }, { type: 'users' }] },
} satisfies Record<string, Habits>;
type Name = keyof typeof families | 'Gus';

/** Five families of old clients in one channel, over TLS one of them, as on an ordinary day. */
describe('five old clients', () => {
  let nester: Nester;
  const clients = {} as Record<Name, OldClient>;
  const all: Name[] = ['Léa', 'Zoé', 'Noé', 'Tom', 'Gus'];
  /** What must stand on each one's screen, from the top. */
  const expected = Object.fromEntries(all.map(name => [name, []])) as unknown as Record<Name, string[]>;

  beforeAll(async () => {
    nester = await Nester.start({
      args: ['--lan'],
      env: { AERIE_TCP_TLS: '127.0.0.1:0', AERIE_HTTP_TLS: 'off', AERIE_REGISTRATION: 'open', AERIE_GUESTS: 'on' },
    });
    const admin = await firstAdministrator(nester);
    for (const name of ['Zoé', 'Noé', 'Tom']) await newPerson(nester, admin, name);
  });
  afterAll(async () => {
    for (const client of Object.values(clients)) await client.close();
    await nester.remove();
  });

  /** One says something to the channel; everybody else sees it, and then the next may speak. */
  async function says(speaker: Name, content: string): Promise<void> {
    clients[speaker].say(content, speaker === 'Gus' ? { from: 'Gus' } : {});
    await allSee(
      all.filter(name => name !== speaker),
      `${speaker}: ${content}`,
    );
  }

  async function whispers(speaker: Name, listener: Name, content: string): Promise<void> {
    clients[speaker].whisper(listener, content);
    await allSee([listener], `${speaker} (private): ${content}`);
  }

  async function allSee(viewers: Name[], text: string): Promise<void> {
    for (const name of viewers) {
      expected[name].push(text);
      await clients[name].until(`"${text.slice(0, 60)}" before ${name}`, () => clients[name].screen.length >= expected[name].length);
      expect(clients[name].screen).toEqual(expected[name]);
    }
  }

  /** Everybody but the one concerned is told how somebody is. */
  async function allAreTold(who: Name, state: string): Promise<void> {
    for (const name of all.filter(other => other !== who))
      await clients[name].until(`${who} to be ${state} for ${name}`, () => clients[name].states.get(who) === state);
  }

  it('come in, each its own way', async () => {
    for (const name of ['Léa', 'Zoé', 'Noé', 'Tom'] as const) {
      const place = name === 'Noé' ? await nester.tls() : nester.tcp;
      clients[name] = await OldClient.connect(place, families[name]);
      if (name === 'Léa') expect(await clients[name].register(name, password)).toBeUndefined();
      await clients[name].enter(name, password);
    }
    clients.Gus = await OldClient.connect(nester.tcp);
    clients.Gus.openWindow();
    await clients.Gus.until('the list of people', () => clients.Gus.lists > 0);
    expect(clients.Gus.people.toSorted()).toEqual(['Léa', 'Noé', 'Tom', 'Zoé']);
    clients.Gus.say('', { from: 'Gus' });
    await allAreTold('Gus', 'online');
    await clients.Noé.until('everybody in the list that is asked for again and again', () => clients.Noé.people.length === 5);
  });

  it('talk, with accents, emoji and long messages', async () => {
    await says('Léa', 'Bonjour à tous, c’est l’été 🌞');
    await says('Tom', 'Ça va ? Un café à 2 € — ou un « thé » ?');
    await says('Noé', '👩‍🚀 e\u0301 Ω 漢字 العربية \u200f');
    await says('Gus', 'Bonjour, je ne fais que passer');
    await says('Zoé', `long : ${'é'.repeat(15_000)}`);
    await says('Gus', `très long : ${'🙂'.repeat(7_000)}`);
    await says('Tom', 'des \\ barres, des "guillemets", des\ttabulations\net des lignes');
    await says('Léa', '{"type":"message","content":"du JSON dans le texte"}');
  });

  it('speak in private, and nobody else sees it', async () => {
    await whispers('Léa', 'Zoé', 'rien que pour toi, évidemment');
    await whispers('Tom', 'Noé', 'à toi seul : déjà vu, œuf à 5 €');
    await whispers('Noé', 'Léa', '🤫');
    clients.Gus.whisper('Léa', 'je suis un invité', { from: 'Gus' });
    await clients.Gus.until('the word that says why not', () => clients.Gus.screen.length > expected.Gus.length);
    expected.Gus.push(clients.Gus.screen.at(-1)!);
    expect(expected.Gus.at(-1)).toMatch(/^\* .*compte/);
    await says('Zoé', 'On reprend ?');
  });

  it('see each other away, busy, gone and back', async () => {
    clients.Tom.send({ type: 'status', state: 'away' });
    await allAreTold('Tom', 'away');
    clients.Léa.send({ type: 'status', state: 'dnd' });
    await allAreTold('Léa', 'dnd');
    clients.Tom.send({ type: 'status', state: 'invisible' });
    await allAreTold('Tom', 'offline');
    await says('Tom', 'Vous ne me voyez pas, mais je suis là');
    clients.Tom.send({ type: 'status', state: 'online' });
    await allAreTold('Tom', 'online');
    await clients.Noé.close();
    all.splice(all.indexOf('Noé'), 1);
    await allAreTold('Noé', 'offline');
    await says('Léa', 'Noé est parti');
    clients.Noé = await OldClient.connect(nester.tcp, families.Noé);
    await clients.Noé.enter('Noé', password);
    all.push('Noé');
    expected.Noé = [];
    await allAreTold('Noé', 'online');
    await says('Gus', 'Re-bonjour Noé');
  });

  it('all talk at once, and everybody gets all of it, once, in one order', async () => {
    const each = 20;
    const before = all.map(name => clients[name].wire.lines.length);
    for (let i = 0; i < each; i++) for (const name of all) clients[name].say(`${name} ${i}`, name === 'Gus' ? { from: 'Gus' } : {});
    // The one that paints only the last line cannot show them all: what came on its wire is what counts.
    const got = (name: Name) =>
      clients[name].wire.lines
        .slice(before[all.indexOf(name)])
        .map(({ bytes }) => JSON.parse(bytes.toString()))
        .filter(line => line.type === 'message')
        .map(line => line.content as string);
    for (const name of all) await clients[name].until(`all that was said to ${name}`, () => got(name).length >= each * (all.length - 1));
    const order = [...new Set(all.flatMap(name => got(name)))];
    expect(order).toHaveLength(each * all.length);
    for (const name of all) {
      const own = got(name);
      expect(own.toSorted()).toEqual(
        all
          .filter(other => other !== name)
          .flatMap(other => Array.from({ length: each }, (_, i) => `${other} ${i}`))
          .toSorted(),
      );
      for (const other of all) {
        // Any two of them agree on the order of what both got.
        const theirs = new Set(got(other));
        const mine = new Set(own);
        expect(own.filter(text => theirs.has(text))).toEqual(got(other).filter(text => mine.has(text)));
      }
    }
  });

  it('have had no byte that hurts, no second window and nothing lost', () => {
    for (const name of all) {
      expect(clients[name].wire.flaws()).toEqual([]);
      expect(clients[name].diedOf).toBeUndefined();
      expect(clients[name].windows).toBe(1);
      expect(clients[name].screen.slice(0, expected[name].length)).toEqual(expected[name]);
    }
  });
});
