import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Harvester } from '../kit/harvester.ts';
import { wholeHistory } from '../kit/history.ts';
import { type Line, LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { newSite, SimulatedProbe } from '../kit/probe.ts';

/** A first scan takes a while where nmap looks at services. */
const scannedMs = 60_000;
/** From the last heartbeat until the incident stands, with heartbeats of a second. */
const noticedMs = 20_000;

let nester: Nester;
let ada: Person;
let siteId: string;
let listener: Server;
let port: number;

beforeAll(async () => {
  nester = await Nester.start();
  ada = await firstAdministrator(nester);
  await newPerson(nester, ada, 'Tess', 'technician');
  listener = createServer(socket => socket.end());
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as { port: number }).port;
  siteId = await newSite(ada, 'NE', { ports: String(port), scanEveryMs: 10_000 });
});
afterAll(async () => {
  await nester?.remove();
  listener?.close();
});

/** Somebody's screen: it hears the log from now on. */
async function screen(person = ada): Promise<LineClient> {
  const line = await LineClient.connect(nester.tcp);
  await line.ask('session.resume', { token: person.token });
  await line.ask('log.resume', {});
  return line;
}

describe('the second journey: a report, and an alarm that comes back as a message', () => {
  const harvester = new Harvester();
  afterAll(() => harvester.remove());

  it('a Harvester that was enrolled with one line reports the real open ports, and the site is up', async () => {
    const { line } = await ada.http.call('probe.code', { siteId });
    await harvester.paste(line);
    const eyes = await screen();
    await harvester.start();
    await eyes.next('a report', frame => frame.event === 'report.accepted' && frame.siteId === siteId, scannedMs);
    const { site, devices, probes, lastReport } = await ada.http.call('site.show', { siteId });
    expect(site).toMatchObject({ state: 'up', why: 'reporting', devicesUp: 1, openIncidents: 0 });
    expect(probes).toMatchObject([{ connected: true, spoolDepth: expect.any(Number), revokedAt: null }]);
    expect(devices).toMatchObject([{ address: '127.0.0.1', status: 'up', ports: [{ port, protocol: 'tcp', state: 'open' }] }]);
    expect(lastReport).toMatchObject({ hostsUp: 1, openPorts: 1, late: false });
    await eyes.close();
    // The code was good once.
    await expect(new Harvester().paste(line)).rejects.toThrow(/code/);
  });

  it('kill -9 on it: an incident stands as a message in #supervision; it returns: the same message is resolved', async () => {
    const eyes = await screen();
    const old = await LineClient.connect(nester.tcp);
    await old.logInOld('Tess', password);
    old.write({ type: 'channel_switch', channel: '#supervision' });
    await old.next('the answer to channel_switch', line => line.type === 'info');
    const machine = (await ada.http.call('site.show', { siteId })).probes[0]!.name;

    await harvester.kill();
    const said: Line = await eyes.next('the message', line => line.event === 'message.created', noticedMs);
    expect(said.message).toMatchObject({
      authorName: 'watch',
      card: { rule: 'probe.silent', state: 'open', siteCode: 'NE', subject: machine },
    });
    const heard = await old.next('the old line', line => line.type === 'message');
    expect(heard).toMatchObject({ from: 'watch', channel: '#supervision', content: said.message.content });
    expect(heard.content).toMatch(/^Incident : la sonde .+ du site Site NE \(NE\) ne répond plus\. Dernier contact : /);
    const down = await ada.http.call('site.show', { siteId });
    expect(down.site).toMatchObject({ state: 'unknown', why: 'probe_silent', openIncidents: 1 });
    expect(down.probes).toMatchObject([{ connected: false }]);

    const { incidentId } = said.message.card;
    await ada.http.call('incident.acknowledge', { incidentId });
    await eyes.next('the message, acknowledged', line => line.message?.card?.state === 'acknowledged');

    await harvester.start();
    const resolved: Line = await eyes.next('the message, resolved', line => line.message?.card?.state === 'resolved', noticedMs);
    expect(resolved).toMatchObject({
      event: 'message.edited',
      message: { messageId: said.message.messageId, card: { incidentId, acknowledgedBy: 'Ada' } },
    });
    await old.next('the old line of the end', line => line.type === 'message' && line.content.startsWith('Résolu : '));
    const channelId = await channelNamed(ada, 'supervision');
    expect((await wholeHistory(ada, channelId)).filter(message => message.card)).toEqual([resolved.message]);
    expect((await ada.http.call('site.show', { siteId })).site).toMatchObject({ state: 'up', openIncidents: 0 });
    await eyes.close();
    await old.close();
  });
});

describe('who hears of sites', () => {
  const isOfSites = (line: Line) => /^(site|report|incident)\./.test(line.event ?? '');

  it('technicians and administrators, by the role of now; whoever was away is told what it missed', async () => {
    const max = await newPerson(nester, ada, 'Max');
    const eyes = await screen(max);
    const away = await screen();
    const resumed = await away.ask('log.resume', {});
    if (resumed.kind !== 'snapshot') throw new Error('a first log.resume answers a snapshot');
    const { epoch, seq: after } = resumed.snapshot;
    await away.close();
    await expect(eyes.ask('site.list', {})).rejects.toThrow('forbidden');
    await expect(eyes.ask('incident.list', { limit: 1 })).rejects.toThrow('forbidden');

    // What is answered to Ada is published: a member would have heard it before the next answer.
    const told = await screen();
    await newSite(ada, 'ONE');
    await told.next('the new site', line => line.event === 'site.created');
    await eyes.ask('presence.list', {});
    expect(eyes.lines.filter(isOfSites)).toEqual([]);

    await ada.http.call('user.setRole', { userId: max.userId, role: 'technician' });
    await told.next('the new role', line => line.event === 'user.updated');
    const two = await newSite(ada, 'TWO');
    expect(await eyes.next('the second site', isOfSites)).toMatchObject({ event: 'site.created', site: { siteId: two, code: 'TWO' } });

    await ada.http.call('user.setRole', { userId: max.userId, role: 'member' });
    await told.next('the old role', line => line.event === 'user.updated');
    const heard = eyes.lines.filter(isOfSites).length;
    await newSite(ada, 'THREE');
    await told.next('the third site', line => line.event === 'site.created' && line.site.code === 'THREE');
    await eyes.ask('presence.list', {});
    expect(eyes.lines.filter(isOfSites).length).toBe(heard);

    const back = await LineClient.connect(nester.tcp);
    await back.ask('session.resume', { token: ada.token });
    const missed = await back.ask('log.resume', { epoch, after });
    if (missed.kind !== 'events') throw new Error('it was not away for long');
    expect(missed.events.filter(({ event }) => event === 'site.created')).toMatchObject(
      ['ONE', 'TWO', 'THREE'].map(code => ({ site: { code, state: 'unknown', why: 'no_probe' } })),
    );
    for (const line of [eyes, told, back]) await line.close();
  });
});

describe('kill -9 on Nester while reports arrive', () => {
  it('keeps every acknowledged report, each once', async () => {
    const busySiteId = await newSite(ada, 'BUSY');
    const probes = await Promise.all(['a', 'b', 'c'].map(name => SimulatedProbe.enrol(nester, ada, busySiteId, name)));
    const acknowledged: string[] = [];
    const lost: { probe: SimulatedProbe; report: ReturnType<SimulatedProbe['report']> }[] = [];
    for (const enough of [20, 60, 0]) {
      const reached = Promise.withResolvers<void>();
      const goal = acknowledged.length + enough;
      const sending = probes.map(async probe => {
        for (;;) {
          const report = probe.report();
          try {
            const answer = await probe.send(report);
            expect(answer).toEqual({ status: 201, accepted: true });
          } catch (error) {
            if (!(error instanceof TypeError)) throw error;
            // Killed before the answer: the probe keeps it and sends it again.
            lost.push({ probe, report });
            return;
          }
          acknowledged.push(report.reportId);
          if (acknowledged.length >= goal) reached.resolve();
        }
      });
      if (enough > 0) await reached.promise;
      await nester.kill();
      await Promise.all(sending);
      await nester.start();
    }
    for (const { probe, report } of lost) {
      expect((await probe.send(report)).accepted).toBeTypeOf('boolean');
      // And once more: it is there already.
      expect(await probe.send(report)).toEqual({ status: 200, accepted: false });
    }
    const stored: string[] = [];
    for (let before: number | undefined; ; ) {
      const { reports } = await ada.http.call('report.list', {
        siteId: busySiteId,
        limit: 200,
        ...(before === undefined ? {} : { before }),
      });
      stored.push(...reports.map(({ reportId }) => reportId));
      if (reports.length < 200) break;
      before = reports.at(-1)!.finishedAt;
    }
    expect(stored.toSorted()).toEqual([...acknowledged, ...lost.map(({ report }) => report.reportId)].toSorted());
    expect(acknowledged.length).toBeGreaterThanOrEqual(80);
  });
});
