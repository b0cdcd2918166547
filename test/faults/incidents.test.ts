import type { Incident, Report } from '@aerie/contract';
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

const incidents = async (): Promise<Incident[]> => (await ada.http.call('incident.list', { siteId, folded: true })).incidents;
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

describe('a site whose link dies', () => {
  it('is one message, with its devices under it; what comes late, and what is over when it is back, sends nothing', async () => {
    const kc = await newSite(ada, 'KC');
    const rules = (await ada.http.call('site.show', { siteId: kc })).rules;
    const gone = { ...rules['device.gone'], forMs: 0, only: 'all' as const };
    await ada.http.call('site.update', { siteId: kc, rules: { 'device.gone': gone, 'wan.loss': { ...rules['wan.loss'], forMs: 0 } } });
    const probe = await SimulatedProbe.enrol(nester, ada, kc, 'kc-probe');
    const addresses = Array.from({ length: 40 }, (_, i) => `127.0.1.${i + 1}`);
    const seeing = (hosts: readonly string[], fields: Partial<Report> = {}) =>
      probe.report({ scanner: 'nmap', targets: ['127.0.1.0/24'], hosts: hosts.map(address => host(address)), ...fields });
    const of = async (folded: boolean) => (await ada.http.call('incident.list', { siteId: kc, folded, state: 'unresolved' })).incidents;
    const told = async () => (await cards()).filter(({ siteCode }) => siteCode === 'KC');

    const send = async (report: Report) => expect(await probe.send(report)).toMatchObject({ accepted: true });
    const eyes = await screen();
    await probe.connect();
    await send(seeing(addresses));
    await send(seeing(addresses.slice(2)));
    for (const address of addresses.slice(0, 2)) await eyes.next(`the card of ${address}`, isCard(address, 'open'), noticedMs);
    await probe.vanish();
    await eyes.next('the card of the silence', isCard('kc-probe', 'open'), noticedMs);
    expect(await of(false)).toMatchObject([{ rule: 'probe.silent', folded: 2 }]);
    expect((await of(true)).length).toBe(3);
    expect((await told()).length).toBe(3);

    // Back, with what was kept meanwhile: a bad hour that is over. The newest first, as probes send them.
    await probe.connect();
    await eyes.next('the card of the silence, resolved', isCard('kc-probe', 'resolved'), noticedMs);
    await send(seeing(addresses));
    const wan = {
      target: '127.0.0.9',
      role: 'internet' as const,
      sent: 10,
      received: 0,
      minMs: null,
      medianMs: null,
      maxMs: null,
    };
    const hourAgo = Date.now() - 3_600_000;
    await send(seeing([], { startedAt: hourAgo - 1_000, finishedAt: hourAgo, wan: [wan] }));
    for (const address of addresses.slice(0, 2))
      await eyes.next(`the card of ${address}, resolved`, isCard(address, 'resolved'), noticedMs);
    // The same loss now is told: that the late one was not is no accident.
    await send(seeing(addresses, { wan: [wan] }));
    await eyes.next('the card of the loss', line => isCard('kc-probe', 'open')(line) && line.message.card.rule === 'wan.loss', noticedMs);
    expect((await of(true)).map(({ rule }) => rule)).toEqual(['wan.loss']);
    expect((await told()).length).toBe(4);
    await probe.vanish();
    await eyes.close();
  });
});

function host(address: string): Report['hosts'][number] {
  return { address, hostname: null, mac: null, vendor: null, status: 'up', rttMs: 0.1, os: null, ports: [] };
}
