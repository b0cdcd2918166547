import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeHistory } from '../kit/history.ts';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

/** More than the system's buffers and the server's queue for one connection hold together. */
const messages = 1_500;
const content = 'x'.repeat(15_000);
const inFlight = 8;
const raised = 'commandsPerSecond=100000,commandsBurst=100000';

async function newRoom(slowSeconds: number) {
  const nester = await Nester.start({ env: { AERIE_LIMITS: `${raised},slowSeconds=${slowSeconds}` } });
  const admin = await firstAdministrator(nester);
  const [speaker, listener, framed, old] = await Promise.all(['Bo', 'Cy', 'Di', 'Ed'].map(name => newPerson(nester, admin, name)));
  return { nester, speaker: speaker!, listener: listener!, framed: framed!, old: old!, channelId: await channelNamed(admin, 'général') };
}
type Room = Awaited<ReturnType<typeof newRoom>>;

async function following(nester: Nester, person: Person): Promise<LineClient> {
  const client = await LineClient.connect(nester.tcp);
  await client.ask('session.resume', { token: person.token });
  await client.ask('log.resume', {});
  return client;
}

/** One says it all, the other hears it all. Answers how long the slowest message took to be heard, in ms. */
async function talk({ nester, speaker, listener, channelId }: Room): Promise<number> {
  const mouth = await following(nester, speaker);
  const ear = await following(nester, listener);
  let slowest = 0;
  let sent = 0;
  const saidAt = new Map<string, number>();
  const say = async () => {
    while (sent < messages) {
      const text = `${++sent} ${content}`;
      saidAt.set(text, performance.now());
      await mouth.ask('message.send', { channelId, content: text });
    }
  };
  const saying = Promise.all(Array.from({ length: inFlight }, say));
  for (let heard = 0; heard < messages; heard += 1) {
    const line = await ear.next(`message ${heard + 1}`, ({ event }) => event === 'message.created');
    slowest = Math.max(slowest, performance.now() - saidAt.get(line.message.content)!);
  }
  await saying;
  await Promise.all([mouth.close(), ear.close()]);
  return slowest;
}

describe('a client that never reads', () => {
  let room: Room;
  beforeAll(async () => {
    room = await newRoom(1);
  });
  afterAll(() => room.nester.remove());

  it('slows nobody, and is closed', async () => {
    const { nester, framed, old } = room;
    const watcher = await following(nester, room.listener);
    const framedReader = await following(nester, framed);
    const oldReader = await LineClient.connect(nester.tcp);
    await oldReader.logInOld(old.name, password);
    framedReader.socket.pause();
    oldReader.socket.pause();

    expect(await talk(room)).toBeLessThan(4_000);
    // Both are gone: the others see them leave, though neither has said a word or closed anything.
    const gone = new Set<string>();
    while (gone.size < 2) {
      const { userId } = await watcher.next(
        'both to be gone',
        line => line.event === 'presence.changed' && line.state === 'offline',
        20_000,
      );
      if (userId === framed.userId || userId === old.userId) gone.add(userId);
    }
    await Promise.all([framedReader.close(), oldReader.close(), watcher.close()]);
  });
});

describe('a client that reads again in time', () => {
  let room: Room;
  beforeAll(async () => {
    room = await newRoom(60);
  });
  afterAll(() => room.nester.remove());

  it('is told of one gap, stays, and gets all that it missed', async () => {
    const { nester, framed, channelId } = room;
    const reader = await LineClient.connect(nester.tcp);
    await reader.ask('session.resume', { token: framed.token });
    const answer = await reader.ask('log.resume', {});
    if (answer.kind !== 'snapshot') throw new Error('the first answer is a snapshot');
    reader.socket.pause();
    await talk(room);
    reader.socket.resume();
    await reader.next('the gap', line => line.event === 'log.gap', 20_000);

    const { epoch } = answer.snapshot;
    const created = () => reader.lines.filter(line => line.event === 'message.created');
    const seqs = created().map(line => line.message.seq);
    let after = seqs.at(-1) ?? answer.snapshot.seq;
    for (let more = true; more; ) {
      const page = await reader.ask('log.resume', { epoch, after });
      if (page.kind !== 'events') throw new Error('so few events are a page, not a snapshot');
      for (const frame of page.events) if (frame.event === 'message.created') seqs.push(frame.seq);
      after = page.seq;
      more = page.more;
    }
    const { messageId } = await room.speaker.http.call('message.send', { channelId, content: 'and now live' });
    const live = await reader.next('the next message', line => line.event === 'message.created' && line.message.messageId === messageId);
    seqs.push(live.seq);

    const history = await wholeHistory(framed, channelId);
    expect(seqs).toEqual(history.map(({ seq }) => seq).filter(seq => seq > answer.snapshot.seq));
    expect(created().length).toBeLessThan(messages);
    expect(reader.lines.filter(line => line.event === 'log.gap').length).toBe(1);
    await reader.close();
  });
});
