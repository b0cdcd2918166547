import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { type Habits, OldClient } from '../kit/old-client.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

const names = ['Léa', 'Zoé', 'Noé', 'Tom', 'Max'];

/** What the old clients depend on, each as a client that does. */
describe('an old client', () => {
  let nester: Nester;
  let admin: Person;
  const people = new Map<string, Person>();
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_REGISTRATION: 'open' } });
    admin = await firstAdministrator(nester);
    for (const name of names) people.set(name, await newPerson(nester, admin, name));
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
