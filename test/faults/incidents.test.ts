import type { Incident } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeHistory } from '../kit/history.ts';
import { type Line, LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, type Person } from '../kit/people.ts';
import { newSite, SimulatedProbe } from '../kit/probe.ts';

/** From the last heartbeat until the incident stands: 2.5 heartbeats of a second, a look every five, and time to spare. */
const noticedMs = 20_000;

let nester: Nester;
let ada: Person;
let siteId: string;
let supervision: string;

beforeAll(async () => {
  nester = await Nester.start();
  ada = await firstAdministrator(nester);
  supervision = await channelNamed(ada, 'supervision');
  siteId = await newSite(ada, 'NE');
});
afterAll(() => nester?.remove());

/** A technician's screen: it hears the log from now on. */
async function screen(): Promise<LineClient> {
  const line = await LineClient.connect(nester.tcp);
  await line.ask('session.resume', { token: ada.token });
  await line.ask('log.resume', {});
  return line;
}

const incidents = async (): Promise<Incident[]> => (await ada.http.call('incident.list', { siteId })).incidents;
const cards = async () => (await wholeHistory(ada, supervision)).flatMap(({ card, messageId }) => (card ? [{ ...card, messageId }] : []));
const isOpening = (subject: string) => (line: Line) => line.event === 'incident.opened' && line.incident.subject === subject;
const isCard = (subject: string, state: Incident['state']) => (line: Line) =>
  line.event?.startsWith('message.') && line.message?.card?.subject === subject && line.message.card.state === state;

describe('kill -9 between an incident and its message', () => {
  it('neither repeats an alarm nor forgets one', async () => {
    const names = ['ann', 'bob', 'cid', 'dan', 'eve'];
    const probes = await Promise.all(names.map(name => SimulatedProbe.enrol(nester, ada, siteId, name)));
    const [ann, bob, cid, dan, eve] = probes as [SimulatedProbe, SimulatedProbe, SimulatedProbe, SimulatedProbe, SimulatedProbe];

    let eyes = await screen();
    await cid.connect();
    await ann.connect();
    await ann.vanish();
    await eyes.next('the incident of ann', isOpening('ann'), noticedMs);
    // Dead when a message stands: the outbox may know that, or not. And while another silence has begun that nobody has noticed.
    await bob.connect();
    await bob.vanish();
    await eyes.next('the card of bob', isCard('bob', 'open'), noticedMs);
    await cid.vanish();
    await nester.kill();
    await nester.start();
    eyes = await screen();
    await eyes.next('the incident of cid', isOpening('cid'), noticedMs);

    // Dead as soon as the incident is durable: its message may be said, or not yet.
    await dan.connect();
    await dan.vanish();
    await eyes.next('the incident of dan', isOpening('dan'), noticedMs);
    await nester.kill();
    await nester.start();

    // One comes back while Nester is away, and is acknowledged before.
    const [bobs] = (await incidents()).filter(({ subject }) => subject === 'bob');
    await ada.http.call('incident.acknowledge', { incidentId: bobs!.incidentId });
    await nester.kill();
    await nester.start();
    eyes = await screen();
    await bob.connect();
    await eyes.next('bob’s card, resolved', isCard('bob', 'resolved'), noticedMs);

    // What fell silent after all of this is noticed after all of this: nothing of before was told again meanwhile.
    await eve.connect();
    await eve.vanish();
    await eyes.next('the card of eve', isCard('eve', 'open'), noticedMs);
    expect(eyes.lines.filter(line => line.event === 'incident.opened').map(line => line.incident.subject)).toEqual(['eve']);

    const listed = await incidents();
    expect(new Map(listed.map(({ subject, state }) => [subject, state]))).toEqual(
      new Map([
        ['ann', 'open'],
        ['bob', 'resolved'],
        ['cid', 'open'],
        ['dan', 'open'],
        ['eve', 'open'],
      ]),
    );
    expect(listed.length).toBe(5);
    expect(listed.find(({ subject }) => subject === 'bob')).toMatchObject({ acknowledgedBy: 'Ada' });
    // One message each, and it says what is now.
    const said = await cards();
    const byIncident = (a: Incident, b: Incident) => a.incidentId.localeCompare(b.incidentId);
    expect(said.map(({ messageId: _, ...card }) => card).sort(byIncident)).toEqual([...listed].sort(byIncident));
    await bob.vanish();
    await eyes.close();
  });
});
