import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listeningPorts } from '../kit/listening.ts';
import { Nester } from '../kit/nester.ts';
import { OldClient } from '../kit/old-client.ts';
import { OldWire } from '../kit/old-wire.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { PresenceWatch } from '../kit/presence-watch.ts';
import { within } from '../kit/wait.ts';

const raised = 'commandsPerSecond=100000,commandsBurst=100000,failures=1000,failuresPerAddress=100000';

const adminCommands = [
  { type: 'get_users' },
  { type: 'kick', target: 'bob' },
  { type: 'global_message', content: 'x' },
  { type: 'shutdown' },
];

/** What was wrong with the old servers, each seen in one of them. */
describe('a fault of the old servers is none here:', () => {
  let nester: Nester;
  let admin: Person;
  let watch: PresenceWatch;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_REGISTRATION: 'open', AERIE_GUESTS: 'on', AERIE_LIMITS: raised } });
    admin = await firstAdministrator(nester);
    watch = await PresenceWatch.open(nester, admin);
    for (const name of ['alice', 'bob', 'zoe', 'zora', 'dora']) await newPerson(nester, admin, name);
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
    await watch.allGone();
  });
  afterAll(() => nester.remove());

  async function wire(): Promise<OldWire> {
    const made = await OldWire.connect(nester.tcp);
    open.push(made);
    return made;
  }

  /** One that is known to speak the old wire: its errors are those of the old wire. */
  async function oldWire(): Promise<OldWire> {
    const made = await wire();
    expect(await answerTo(made, { type: 'users' })).toMatchObject({ type: 'users' });
    return made;
  }

  async function entered(name: string): Promise<OldClient> {
    const made = await OldClient.connect(nester.tcp);
    open.push(made);
    await made.enter(name, password);
    return made;
  }

  /** The next answer that is an error or a success. */
  async function answerTo(client: OldWire, line: unknown): Promise<Record<string, unknown>> {
    client.send(line);
    return JSON.parse((await client.readLine('an answer'))!);
  }

  it.each([null, undefined, '', 0, false, [], {}])('a log-in with the password %j succeeds', async given => {
    const client = await wire();
    for (const username of ['nobody', 'alice', '', null, 'aerie', 'watch'])
      expect(await answerTo(client, { type: 'login', username, password: given })).toMatchObject({
        type: 'error',
        message: 'Login failed.',
      });
    // Not even half in: whoever speaks now is a stranger with a stranger's name.
    expect(await answerTo(client, { type: 'message', from: 'alice', content: 'in?' })).toMatchObject({ type: 'error' });
    expect(await answerTo(client, { type: 'status', state: 'away' })).toMatchObject({ type: 'error' });
  });

  it('a split letter, a byte of windows-1252, a blank or a bad line disconnects the sender', async () => {
    const [alice, bob] = [await entered('alice'), await entered('bob')];
    const letter = Buffer.from('{"type":"message","content":"é🙂"}\n');
    // Byte by byte: every cut there is.
    for (const byte of letter) alice.wire.write(Buffer.from([byte]));
    alice.wire.write(Buffer.from('{"type":"message","content":"\xe9t\xe9"}\n', 'latin1'));
    alice.wire.write('\n\r\n\n{"type":"message","content":\n\u0000\n42\nnull\n');
    alice.say('encore là');
    await bob.sees('alice: encore là');
    expect(bob.screen).toEqual(['alice: é🙂', 'alice: été', 'alice: encore là']);
    expect(alice.wire.socket.destroyed).toBe(false);
  });

  it('one client that stops reading freezes everyone', async () => {
    const [alice, bob, deaf] = [await entered('alice'), await entered('bob'), await entered('zoe')];
    deaf.wire.socket.pause();
    // More than the buffers of both ends hold.
    const words = 'x'.repeat(15_000);
    for (let i = 0; i < 1_000; i++) alice.say(`${i} ${words}`);
    await bob.sees(`alice: 999 ${words}`, 30_000);
    expect(bob.screen.map(text => Number.parseInt(text.slice('alice: '.length), 10))).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
    bob.say('et alors ?');
    await alice.sees('bob: et alors ?', 5_000);
  });

  it('arrivals and departures cut off innocent senders', async () => {
    const [alice, bob] = [await entered('alice'), await entered('bob')];
    const visitor = await newPerson(nester, admin, `visiteur-${process.pid}`);
    for (let i = 0; i < 60; i++) {
      alice.say(`${i}`);
      const passer = await wire();
      // Some say nothing, some half a line, some log in; none says goodbye.
      if (i % 3 === 1) passer.write('{"type":"message","conte');
      if (i % 3 === 2) passer.write(`{"id":1,"do":"session.resume","input":{"token":"${visitor.token}"}}\n`);
      passer.socket.resetAndDestroy();
    }
    await bob.sees('alice: 59');
    expect(bob.screen).toEqual(Array.from({ length: 60 }, (_, i) => `alice: ${i}`));
    expect(alice.wire.socket.destroyed).toBe(false);
  });

  it('private messages leak into the channel, and a second session gets none', async () => {
    const [alice, bob, bob2, zoe] = [await entered('alice'), await entered('bob'), await entered('bob'), await entered('zoe')];
    alice.whisper('bob', 'secret');
    alice.whisper('', 'à personne');
    alice.send({ type: 'message', subtype: 'private', content: 'sans destinataire' });
    alice.send({ type: 'message', subtype: 'private', to: 'global', content: 'à tous ?' });
    alice.send({ type: 'message', subtype: 'PRIVATE', to: 'bob', content: 'en capitales' });
    alice.say('fin');
    for (const one of [bob, bob2]) {
      await one.sees('alice: fin');
      expect(one.screen).toContain('alice (private): secret');
    }
    await zoe.sees('alice: fin');
    expect(zoe.screen).toEqual(['alice: fin']);
  });

  it('a guest takes a registered name, ADMIN too', async () => {
    const bob = await entered('bob');
    const mallory = await oldWire();
    const looksLike = [
      'alice',
      'ALICE',
      ' alice ',
      'Alicé',
      'alice.',
      'a l i c e',
      'ａｌｉｃｅ',
      // With a Cyrillic letter, and with a capital i.
      'аlice',
      'aIice',
      'bob',
      'ADMIN',
      'Admin',
      'admin_',
      'Système',
      'aerie',
      'watch',
    ];
    for (const from of looksLike)
      expect(await answerTo(mallory, { type: 'message', from, content: `je suis ${from}` })).toMatchObject({ type: 'error' });
    // What looks like nobody is a name, which is marked as a guest's.
    mallory.send({ type: 'message', from: 'Алиса', content: 'presque' });
    await bob.sees('Алиса: presque');
    expect(bob.wire.lines.map(({ bytes }) => JSON.parse(bytes.toString())).find(line => line.type === 'message')).toMatchObject({
      guest: true,
    });
    expect(bob.screen).toEqual(['Алиса: presque']);
    // Nor by making an account under the name of a guest's victim, or logging in without a password.
    expect(await answerTo(mallory, { type: 'register', username: 'ALICE', password })).toMatchObject({
      message: 'Username already exists.',
    });
  });

  it('the end of a second session says that its user is offline', async () => {
    // Somebody who comes for the first time: of one who has just gone, being here for a moment might not be told.
    const [alice, dora, dora2] = [await entered('alice'), await entered('dora'), await entered('dora')];
    await alice.until('dora to be here', () => alice.states.get('dora') === 'online');
    await dora2.close();
    // Whoever comes after it is told after it.
    const zora = await entered('zora');
    await alice.until('zora to be here', () => alice.states.get('zora') === 'online');
    expect(alice.states.get('dora')).not.toBe('offline');
    expect(zora.people).toContain('dora');
    await dora.close();
    await alice.until('dora to be gone', () => alice.states.get('dora') === 'offline');
  });

  it('the administration port is open to the network', async () => {
    const ports = [new URL(nester.httpUrl).port, nester.tcp.port].map(Number);
    expect(listeningPorts(nester.pid).sort((a, b) => a.port - b.port)).toEqual(
      ports.sort((a, b) => a - b).map(port => ({ port, loopback: true })),
    );
    for (const address of ['0.0.0.0:54321', '[::]:54321', '192.0.2.1:54321']) {
      const other = new Nester({ env: { AERIE_ADMIN_TCP: address } });
      await expect(other.start()).rejects.toThrow(/AERIE_ADMIN_TCP.*this machine only/);
      await other.remove();
    }
    // Its commands mean nothing on the port that everybody reaches.
    const client = await oldWire();
    for (const line of adminCommands) expect(await answerTo(client, line)).toMatchObject({ type: 'error' });
  });

  it('whoever reaches the administration port administers', async () => {
    const guarded = await Nester.start({ env: { AERIE_ADMIN_TCP: '127.0.0.1:0' } });
    try {
      const known = [new URL(guarded.httpUrl).port, guarded.tcp.port].map(Number);
      const listening = listeningPorts(guarded.pid);
      expect(listening.every(({ loopback }) => loopback)).toBe(true);
      const [administration] = listening.map(({ port }) => port).filter(port => !known.includes(port));
      for (const line of [
        ...adminCommands,
        { type: 'auth', token: '' },
        { type: 'auth', token: null },
        { type: 'get_users', token: 'x' },
      ]) {
        const stranger = await OldWire.connect({ host: '127.0.0.1', port: administration! });
        expect(await answerTo(stranger, line)).toMatchObject({ type: 'error' });
        await within(5_000, 'the end of the connection', stranger.closed);
      }
      expect(guarded.isRunning).toBe(true);
      await guarded.said('Failed login attempt from 127.0.0.1');
    } finally {
      await guarded.remove();
    }
  });

  it('a second log-in on one socket doubles every line', async () => {
    const [alice, bob] = [await entered('alice'), await entered('bob')];
    for (let i = 0; i < 3; i++) bob.send({ type: 'login', username: 'bob', password });
    await bob.until('three more windows', () => bob.windows === 4);
    alice.say('un');
    alice.whisper('bob', 'deux');
    alice.say('trois');
    await bob.sees('alice: trois');
    expect(bob.screen).toEqual(['alice: un', 'alice (private): deux', 'alice: trois']);
  });

  it('a line without an end is taken without limit', async () => {
    const client = await oldWire();
    const piece = 'x'.repeat(16_384);
    for (let i = 0; i < 8; i++) client.write(piece);
    expect(JSON.parse((await client.readLine('an error'))!)).toMatchObject({ type: 'error', message: expect.stringContaining('65536') });
    await within(5_000, 'the end of the connection', client.closed);
  });

  it('a pickle executes code: bytes of one are a bad line', async () => {
    const client = await oldWire();
    client.write(Buffer.from("cos\nsystem\n(S'touch pwned'\ntR.\n"));
    for (let i = 0; i < 4; i++) expect(JSON.parse((await client.readLine('an error'))!)).toMatchObject({ type: 'error' });
    expect(await answerTo(client, { type: 'users' })).toMatchObject({ type: 'users' });
    expect(readdirSync(nester.folder)).not.toContain('pwned');
  });

  it('a name with a newline forges a line of the log for another address', async () => {
    const ends = ['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f', '\u0000', '\u001b[2K'];
    const forged = '2026-11-21T23:18:05.123+01:00 WARNING [LOGIN] Failed login attempt from 203.0.113.9 {"user":"x","door":"tcp"}';
    const client = await oldWire();
    const failuresBefore = failures().length;
    for (const end of ends) {
      const username = `mallory${end}${forged}${end}`;
      expect(await answerTo(client, { type: 'login', username, password: 'whatever it is' })).toMatchObject({ type: 'error' });
      expect(await answerTo(client, { type: 'register', username, password })).toMatchObject({ type: 'error' });
      expect(await answerTo(client, { type: 'message', from: username, content: end, channel: username })).toMatchObject({ type: 'error' });
      expect(await answerTo(client, { type: username })).toMatchObject({ type: 'error' });
    }
    // A last one whose line in the log tells that those before have been written.
    expect(await answerTo(client, { type: 'login', username: 'the-last-one', password: 'whatever it is' })).toMatchObject({
      type: 'error',
    });
    await nester.said('the-last-one');
    expect(failures().length).toBeGreaterThan(failuresBefore);
    expect(failures().filter(line => !line.includes('Failed login attempt from 127.0.0.1 {'))).toEqual([]);
    const begins = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (INFO|WARNING|ERROR) \[[A-Z]+\] /;
    expect(logLines().filter(line => !begins.test(line))).toEqual([]);
  });

  /** The log as a program may cut it that knows every line end there is. */
  function logLines(): string[] {
    const lines = nester.output.split(/\r\n|[\n\r\u2028\u2029\u0085\v\f\0]/).filter(line => line !== '');
    // Those that it prints for people when it starts.
    return lines.slice(lines.findIndex(line => line.includes('[CONNECT]')));
  }

  function failures(): string[] {
    return logLines().filter(line => line.includes('Failed login attempt'));
  }
});
