import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { type Habits, OldClient } from '../kit/old-client.ts';
import { OldWire } from '../kit/old-wire.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { PresenceWatch } from '../kit/presence-watch.ts';

const names = ['Léa', 'Zoé', 'Noé', 'Tom', 'Max'];

/** What the old clients depend on, each as a client that does. */
describe('an old client', () => {
  let nester: Nester;
  let admin: Person;
  let watch: PresenceWatch;
  const people = new Map<string, Person>();
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    nester = await Nester.start({
      args: ['--lan'],
      env: { AERIE_TCP_TLS: '127.0.0.1:0', AERIE_HTTP_TLS: 'off', AERIE_REGISTRATION: 'open' },
    });
    admin = await firstAdministrator(nester);
    watch = await PresenceWatch.open(nester, admin);
    for (const name of names) people.set(name, await newPerson(nester, admin, name));
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
    await watch.allGone();
  });
  afterAll(() => nester.remove());

  async function client(habits: Habits = {}): Promise<OldClient> {
    const made = await OldClient.connect(nester.tcp, habits);
    open.push(made);
    return made;
  }

  async function entered(name: string, habits: Habits = {}): Promise<OldClient> {
    const made = await client(habits);
    await made.enter(name, password);
    return made;
  }

  /** Resolves when the server has done what this client asked for. */
  async function done(asker: OldClient): Promise<void> {
    const before = asker.lists;
    asker.send({ type: 'users' });
    await asker.until('another list', () => asker.lists > before);
  }

  it('that reads one line after register and one after login gets each, and loses nothing said meanwhile', async () => {
    const lea = await entered('Léa');
    const nora = await client();
    lea.say('avant');
    expect(await nora.register('nora', password)).toBeUndefined();
    lea.say('pendant');
    lea.send({ type: 'status', state: 'away' });
    expect(await nora.logIn('nora', password)).toBeUndefined();
    for (const text of ['un', 'deux', 'trois']) lea.say(text);
    await done(lea);
    nora.openWindow();
    await nora.sees('Léa: trois');
    expect(nora.screen).toEqual(['Léa: un', 'Léa: deux', 'Léa: trois']);
    expect(nora.people).toContain('nora');
    expect(nora.windows).toBe(1);
  });

  it('that reads one line reads why it may not come in', async () => {
    const nora = await client();
    expect(await nora.register('Zoé', password)).toBe('Username already exists.');
    expect(await nora.register('nina', 'court')).toMatch(/password/);
    expect(await nora.logIn('Zoé', 'not her password')).toBe('Login failed.');
    // The line that tells stays the only one: the next log-in reads its own.
    expect(await nora.logIn('Zoé', password)).toBeUndefined();
  });

  it('that says nothing after its log-in hears after a short pause', async () => {
    const [lea, zoe] = [await entered('Léa'), await client({ opening: [] })];
    await zoe.logIn('Zoé', password);
    lea.say('tu es là ?');
    zoe.openWindow();
    await zoe.sees('Léa: tu es là ?');
  });

  it('whose reader dies on a bad line lives, whatever the others send', async () => {
    const [lea, zoe] = [await entered('Léa'), await entered('Zoé')];
    lea.wire.write('\n\r\n \n[]\nbonjour\n{"type":null}\n{"type":"users","x":\n');
    lea.wire.write(Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x0a]));
    for (const text of ['deux\nlignes', 'retour\r\nchariot', 'séparateurs \u2028 \u2029 \u0085', '"guillemets" \\ \u0000', '\ud800 seul'])
      lea.say(text);
    lea.say('fin');
    await zoe.sees('Léa: fin');
    expect(zoe.diedOf).toBeUndefined();
    expect(zoe.screen).toContain('Léa: deux\nlignes');
    expect(zoe.wire.flaws()).toEqual([]);
    expect(lea.wire.flaws()).toEqual([]);
  });

  it('that shows only the last of lines within 10 ms sees all that was held back, and everybody come', async () => {
    // This process may itself be held up for longer than lines are apart: three tries. Without pacing none succeeds.
    let missed = await missedByTheLast();
    for (let attempt = 2; missed.length > 0 && attempt <= 3; attempt++) missed = await missedByTheLast();
    expect(missed).toEqual([]);
  });

  /** What a client that shows only the last line did not show, of a burst of words and one of comings. */
  async function missedByTheLast(): Promise<string[]> {
    const words = ['un', 'deux', 'trois', 'quatre'].map(text => `${text} ${Math.random()}`);
    const others = ['Léa', 'Noé', 'Tom'];
    const [max, zoe] = [await entered('Max'), await client({ showsLastOnly: true })];
    await zoe.logIn('Zoé', password);
    for (const word of words) max.say(word);
    await done(max);
    zoe.openWindow();
    await zoe.sees(`Max: ${words.at(-1)}`);
    // Three who come in one moment.
    const come = await Promise.all(others.map(() => LineClient.connect(nester.tcp)));
    await Promise.all(come.map((one, i) => one.ask('session.resume', { token: people.get(others[i]!)!.token })));
    await max.until('all to be here', () => others.every(name => max.states.get(name) === 'online'));
    max.say('fin');
    await zoe.sees('Max: fin');
    for (const one of come) await one.close();
    await max.until('all to be gone', () => others.every(name => max.states.get(name) === 'offline'));
    const missed = words.filter(word => !zoe.screen.includes(`Max: ${word}`));
    if (zoe.lists === 0) missed.push('the list of people');
    missed.push(...others.filter(name => !zoe.states.has(name)));
    for (const one of open.splice(0)) await one.close();
    return missed;
  }

  it('that says its last words and closes at once is heard', async () => {
    const zoe = await entered('Zoé');
    const lea = await entered('Léa');
    lea.send({ type: 'channel_switch', channel: 'general' });
    lea.say('au revoir');
    lea.wire.socket.end();
    await zoe.sees('Léa: au revoir');
    await lea.wire.closed;
    // As `printf … | nc` does it: all lines at once, and the end, while the password has yet to be verified.
    const lines = [{ type: 'login', username: 'Tom', password }, { type: 'message', content: 'en passant' }, { type: 'users' }];
    for (const place of [nester.tcp, await nester.tls()]) {
      const pipe = await OldWire.connect(place);
      open.push(pipe);
      pipe.socket.end(lines.map(line => `${JSON.stringify(line)}\n`).join(''));
      expect(await pipe.readLine('the answer to login')).toContain('"status":"ok"');
      expect(await pipe.readLine('who is here')).toContain('Tom');
      await pipe.closed;
    }
    await zoe.until('both', () => zoe.screen.filter(text => text === 'Tom: en passant').length === 2);
  });

  it('that asks who is here every 3 s is answered each time, once', async () => {
    const lea = await entered('Léa');
    const noe = await entered('Noé', { pollMs: 3_000, shows: 'messages' });
    await noe.until('two polls', () => noe.lists === 3, 9_000);
    const tom = await entered('Tom');
    await noe.until('Tom in the list', () => noe.people.includes('Tom'));
    expect(noe.people.toSorted()).toEqual(['Léa', 'Noé', 'Tom']);
    lea.say('toujours là');
    await noe.sees('Léa: toujours là');
    await tom.close();
  });

  it('that begins with status and two questions gets both answers and no second window', async () => {
    const tom = await entered('Tom', { opening: [{ type: 'status', state: 'online' }, { type: 'users' }, { type: 'users' }] });
    await tom.until('both lists', () => tom.lists === 2);
    await done(tom);
    expect(tom.lists).toBe(3);
    expect(tom.windows).toBe(1);
    expect(tom.screen).toEqual([]);
  });

  it('with the charset of Windows reads accents, and is read', async () => {
    const [tom, lea] = [await entered('Tom', { charset: 'windows-1252' }), await entered('Léa')];
    tom.say('Ça coûte 5 € à l’œuvre');
    await lea.sees('Tom: Ça coûte 5 € à l’œuvre');
    lea.say('Déjà payé 🙂');
    await tom.sees('Léa: Déjà payé 🙂');
    // To somebody with an accent: the name comes in the same charset.
    await entered('Zoé').then(async zoe => {
      tom.whisper('Zoé', 'à toi');
      await zoe.sees('Tom (private): à toi');
    });
  });

  it.each(['message', 'error'] as const)('that reads only %s of an error is told what is wrong', async errorKey => {
    const tom = await entered('Tom', { errorKey });
    tom.say('x'.repeat(16_001));
    tom.send({ type: 'channel_switch', channel: '#nulle-part' });
    await tom.sees('* Canal inexistant');
    expect(tom.screen[0]).toMatch(/^\* .*16000/);
  });

  it('that shows only messages shows all of them and nothing else', async () => {
    const [noe, lea] = [await entered('Noé', { shows: 'messages' }), await entered('Léa')];
    noe.whisper('personne', 'perdu');
    noe.send({ type: 'channel_switch', channel: '#nulle-part' });
    lea.say('pour tous');
    lea.whisper('Noé', 'pour toi');
    await noe.sees('Léa (private): pour toi');
    expect(noe.screen).toEqual(['Léa: pour tous', 'Léa (private): pour toi']);
  });
});

describe('an old client without an account', () => {
  let nester: Nester;
  let admin: Person;
  const open: OldClient[] = [];

  beforeAll(async () => {
    // Guests need no open registration.
    nester = await Nester.start({ env: { AERIE_GUESTS: 'on', AERIE_REGISTRATION: 'invite' } });
    admin = await firstAdministrator(nester);
    await newPerson(nester, admin, 'Léa');
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
  });
  afterAll(() => nester.remove());

  async function client(habits: Habits = {}): Promise<OldClient> {
    const made = await OldClient.connect(nester.tcp, habits);
    open.push(made);
    return made;
  }

  /** That family's way in: a name with the time in it, and another when it is taken. Answers the name. */
  async function registersItself(guest: OldClient, name: string, ms: number): Promise<string> {
    const username = `Invité_${name}_${ms}`;
    const error = await guest.register(username, 'guest');
    if (error !== undefined && /already exists|existe déjà/.test(error)) return await registersItself(guest, name, ms + 1);
    if (error !== undefined) throw new Error(error);
    await guest.enter(username, 'guest');
    return username;
  }

  it('that announces itself with empty words is a guest, and nobody is shown a blank line', async () => {
    const [lea, gus] = [await client(), await client()];
    await lea.enter('Léa', password);
    gus.openWindow();
    gus.say('', { from: 'gus' });
    await lea.until('gus to be here', () => lea.states.get('gus') === 'online');
    gus.say('bonjour', { from: 'gus' });
    await lea.sees('gus: bonjour');
    expect(lea.screen).toEqual(['gus: bonjour']);
    expect(gus.screen).toEqual([]);
  });

  it('that registers as Invité_name_ms is a guest, and finds another name when that one is taken', async () => {
    const [lea, one, two, latin] = [await client(), await client(), await client(), await client({ charset: 'windows-1252' })];
    await lea.enter('Léa', password);
    const at = Date.now();
    const first = await registersItself(one, 'Zoé', at);
    const second = await registersItself(two, 'Zoé', at);
    const third = await registersItself(latin, 'Tom', at);
    expect(second).not.toBe(first);
    two.say('bonjour');
    await lea.sees(`${second}: bonjour`);
    latin.say('à bientôt');
    await lea.sees(`${third}: à bientôt`);
    expect(latin.people.toSorted()).toEqual(['Léa', first, second, third].toSorted());
    // Nobody was given an account: their names go when they go.
    await lea.until('all to be told', () => [first, second, third].every(name => lea.states.get(name) === 'online'));
    await two.close();
    await lea.until('its end', () => lea.states.get(second) === 'offline');
    const { users } = await admin.http.call('user.list', {});
    expect(users.map(({ name }) => name).filter(name => name.includes('_'))).toEqual([]);
  });

  it('finds all places for guests taken, and reads so', async () => {
    const small = await Nester.start({ env: { AERIE_GUESTS: 'on', AERIE_LIMITS: 'guests=1' } });
    try {
      const [one, two] = [await OldClient.connect(small.tcp), await OldClient.connect(small.tcp, { errorKey: 'error' })];
      one.openWindow();
      two.openWindow();
      one.say('', { from: 'un' });
      await one.until('the list of people', () => one.lists > 0);
      one.send({ type: 'users' });
      await one.until('itself in the list', () => one.people.includes('un'));
      two.say('', { from: 'deux' });
      await two.until('an error', () => two.screen.length > 0);
      expect(two.screen[0]).toMatch(/guests/);
      await one.close();
      await two.close();
    } finally {
      await small.remove();
    }
  });
});
