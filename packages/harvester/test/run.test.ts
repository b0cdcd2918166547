import type { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { until } from '../../../test/kit/wait.ts';
import { enrol } from '../src/enrol.ts';
import { Harvester } from '../src/run.ts';
import { Spool } from '../src/spool.ts';
import { askStatus } from '../src/status.ts';
import { FakeNester } from './fake-nester.ts';
import { KeptLog, QuietSources } from './probe.ts';

let nester: FakeNester;
let folder: string;
let log: KeptLog;
let sources: QuietSources;
let tests = 0;
const base = scratchFolder('probe');
const running: Harvester[] = [];

beforeEach(async () => {
  nester = await FakeNester.start();
  tests += 1;
  folder = join(base, String(tests));
  log = new KeptLog();
  sources = new QuietSources();
});
afterEach(async () => {
  for (const harvester of running.splice(0)) await harvester.stop();
  await nester.close();
});

const joinSite = () => enrol(folder, nester.url, 'GOOD-CODE', { force: false, version: '9.9.9' });

async function begin(how: Partial<ConstructorParameters<typeof Harvester>[0]> = {}): Promise<Harvester> {
  const harvester = new Harvester({ folder, version: '9.9.9', log, sources, ...how });
  running.push(harvester);
  await harvester.start();
  return harvester;
}

async function stop(harvester: Harvester): Promise<void> {
  running.splice(running.indexOf(harvester), 1);
  await harvester.stop();
}

/** Waits until it holds, looking again whenever one of these events happens. */
const when = (what: string, from: EventEmitter, events: string[], holds: () => boolean) =>
  until(
    what,
    listener => {
      for (const event of events) from.on(event, listener);
      return () => {
        for (const event of events) from.off(event, listener);
      };
    },
    holds,
  );
const taken = (n: number) => when(`${n} reports`, nester, ['report'], () => nester.reports.size >= n);
const said = (text: string) => when(`the log line "${text}"`, log, ['line'], () => log.has(text));

describe('a Harvester', () => {
  test('tells its reports by a MAC, with a key for each connection, where Nester offers one', async () => {
    nester.agrees = true;
    await joinSite();
    await begin();
    const right = () => nester.macs.filter(mac => mac === 'right').length;
    const reports = async (connection: number) => {
      await when(
        'the connection',
        nester,
        ['heartbeat'],
        () => nester.networks.length === connection && nester.heartbeats.length >= connection,
      );
      // What went out before the line was there has none.
      const before = right();
      nester.tell({ event: 'probe.asked', do: 'scan' });
      await when('a report with a MAC', nester, ['report'], () => right() > before);
    };
    await reports(1);
    nester.dropAll();
    await reports(2);
    expect(nester.macs).not.toContain('wrong');
  });

  test('connects, scans what the policy allows, and its report arrives', async () => {
    await joinSite();
    await begin();
    await taken(1);
    const [report] = [...nester.reports.values()];
    expect(report).toMatchObject({ v: 1, probeId: 'probe-1', version: '9.9.9', targets: ['127.0.0.1/32'] });
    expect(report!.hosts.map(({ address }) => address)).toEqual(['127.0.0.1']);
    await said('Nester has taken a report');
    expect(new Spool(folder).depth).toBe(0);
    const [file] = readdirSync(join(folder, 'reports'));
    expect(JSON.parse(readFileSync(join(folder, 'reports', file!), 'utf8'))).toEqual(report);
    await when('the connection', nester, ['connected'], () => nester.networks.length === 1);
  });

  test('follows a new policy at once, and forgets none over a restart', async () => {
    await joinSite();
    const first = await begin();
    await taken(1);
    nester.policy = { ...nester.policy, version: 2, ranges: ['127.0.0.0/30'] };
    nester.tell({ event: 'policy.changed', policy: nester.policy });
    await taken(2);
    expect(sources.asked.at(-1)!.addresses).toEqual(['127.0.0.1', '127.0.0.2']);
    await when('a heartbeat with the new policy', nester, ['heartbeat'], () => nester.heartbeats.at(-1)?.policyVersion === 2);
    await stop(first);
    await nester.close();
    await begin();
    expect((await askStatus(folder))?.policy.ranges).toEqual(['127.0.0.0/30']);
    await nester.listen();
  });

  test('ends a scan of ranges that are no longer allowed, and reports nothing of it', async () => {
    nester.policy = { ...nester.policy, version: 2, ranges: ['127.0.0.0/29'] };
    await joinSite();
    sources.held = Promise.withResolvers();
    await begin();
    await when('the connection', nester, ['heartbeat'], () => nester.heartbeats.length > 0);
    const wide = sources.asked[0]!;
    sources.held = undefined;
    nester.policy = { ...nester.policy, version: 3, ranges: ['127.0.0.1/32'] };
    nester.tell({ event: 'policy.changed', policy: nester.policy });
    await taken(1);
    expect(wide.signal.aborted).toBe(true);
    expect([...nester.reports.values()].map(({ targets }) => targets)).toEqual([['127.0.0.1/32']]);
  });

  test('ignores a policy that cannot be read', async () => {
    await joinSite();
    await begin();
    await taken(1);
    nester.tell({ event: 'policy.changed', policy: { version: 5, ranges: ['0.0.0.0/0'], ports: '; rm -rf /' } });
    await said('A policy that cannot be read was ignored');
    expect((await askStatus(folder))?.policy.ranges).toEqual(['127.0.0.1/32']);
  });

  test('scans when it is asked to', async () => {
    await joinSite();
    await begin();
    await taken(1);
    nester.tell({ event: 'probe.asked', do: 'scan' });
    await taken(2);
  });

  test('keeps its reports while Nester is away; the freshest arrives first, then the others', async () => {
    await joinSite();
    const early = new Spool(folder);
    const base = { v: 1, probeId: 'probe-1', version: '1', scanner: 'tcp', targets: [], ports: '80', hosts: [], wan: [], missing: [] };
    const machine = { name: 'm', addresses: [] };
    for (const reportId of ['a', 'b', 'c'])
      early.add(JSON.stringify({ ...base, reportId, machine, startedAt: 1, finishedAt: 2 }), Date.now());
    await begin();
    await taken(4);
    const fresh = [...nester.reports.values()].find(({ version }) => version === '9.9.9')!.reportId;
    // What is freshest changes when the first scan is done: whatever was sent before it is the freshest of those.
    const old = nester.order.filter(id => id !== fresh);
    expect([old[0], ...old.slice(1).sort()]).toEqual(['c', 'a', 'b']);
  });

  test('sends a report again whose answer was lost, and Nester has it once', async () => {
    await joinSite();
    nester.nextUploads = [{ status: 0, cut: true }];
    await begin();
    await said('Nester had a report already');
    expect(nester.order).toHaveLength(2);
    expect(nester.reports.size).toBe(1);
  });

  test('sets a report aside that Nester will never take, with the reason, and says so', async () => {
    await joinSite();
    nester.nextUploads = [{ status: 400, error: { code: 'bad_report', message: 'This report cannot be taken in: hosts' } }];
    await begin();
    await said('A report was rejected');
    const [file] = readdirSync(join(folder, 'rejected')).filter(name => name.endsWith('.json'));
    expect(readFileSync(join(folder, 'rejected', `${file}.reason`), 'utf8')).toContain('hosts');
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  test('tries again later when Nester is busy, or when something else answers', async () => {
    await joinSite();
    nester.nextUploads = [{ status: 503 }, { status: 200 }, { status: 404 }];
    await begin();
    await taken(1);
    expect(log.lines.filter(({ sentence }) => sentence === 'A report waits')).toHaveLength(3);
  });

  test('signs with Nester’s time when its own clock is wrong', async () => {
    await joinSite();
    nester.aheadMs = 3_600_000;
    await begin();
    await taken(1);
  });

  test('comes back when the line is cut', async () => {
    await joinSite();
    await begin();
    await when('the connection', nester, ['heartbeat'], () => nester.heartbeats.length > 0);
    nester.dropAll();
    await when('a second connection', nester, ['connected'], () => nester.networks.length === 2);
    expect(log.has('The line to Nester is lost')).toBe(true);
  });

  test('notices within two heartbeats that nobody answers any more', async () => {
    nester.policy = { ...nester.policy, heartbeatMs: 1_000 };
    await joinSite();
    await begin();
    await when('the connection', nester, ['heartbeat'], () => nester.heartbeats.length > 0);
    nester.mute = true;
    await said('The line to Nester is lost');
    expect(log.lines.find(({ sentence }) => sentence === 'The line to Nester is lost')!.fields.reason).toBe('Nester no longer answers');
    nester.mute = false;
    await when('a second connection', nester, ['connected'], () => nester.networks.length >= 2);
  });

  test('says that it was revoked, keeps its reports, and goes on scanning', async () => {
    await joinSite();
    await begin();
    await when('the connection', nester, ['heartbeat'], () => nester.heartbeats.length > 0);
    nester.revoke();
    await said('Nester refuses this probe');
    expect((await askStatus(folder))?.link).toBe('refused');
  });

  test('keeps a second one out of its folder, also after it was killed', async () => {
    await joinSite();
    const first = await begin();
    await expect(new Harvester({ folder, version: '1', log, sources }).start()).rejects.toThrow(/already runs/);
    await stop(first);
    await begin();
  });
});

describe('a policy that cannot be followed', () => {
  const follows = (version: number) =>
    when(`a heartbeat with policy ${version}`, nester, ['heartbeat'], () => nester.heartbeats.at(-1)?.policyVersion === version);

  test('is refused with the reason; the one before holds, also over a restart', async () => {
    nester.policy = { ...nester.policy, version: 2 };
    await joinSite();
    const first = await begin();
    await follows(2);
    const scans = sources.asked.length;
    nester.tell({ event: 'policy.changed', policy: { ...nester.policy, version: 3, ranges: ['10.0.0.0/99'] } });
    await when('the refusal', nester, ['heartbeat'], () => nester.heartbeats.at(-1)?.refusedPolicy?.version === 3);
    expect(nester.heartbeats.at(-1)).toMatchObject({ policyVersion: 2, refusedPolicy: { reason: expect.stringContaining('10.0.0.0/99') } });
    nester.tell({ event: 'policy.changed', policy: { version: 4, ranges: 'all of them' } });
    await when('the second refusal', nester, ['heartbeat'], () => nester.heartbeats.at(-1)?.refusedPolicy?.version === 4);
    expect(await askStatus(folder)).toMatchObject({ policy: { version: 2 }, refusedPolicy: { version: 4 } });
    expect(sources.asked.length).toBe(scans);
    await stop(first);
    await begin();
    expect((await askStatus(folder))?.policy).toEqual(nester.policy);
    // The next good one ends it.
    nester.policy = { ...nester.policy, version: 5, heartbeatMs: 1_000 };
    nester.heartbeats.length = 0;
    await when('the connection', nester, ['heartbeat'], () => nester.heartbeats.length > 0);
    nester.tell({ event: 'policy.changed', policy: nester.policy });
    await follows(5);
    expect(nester.heartbeats.at(-1)!.refusedPolicy).toBeUndefined();
  });
});

describe('a machine that was made from a copy of a probe', () => {
  const kept = () => when('to be kept out', log, ['line'], () => log.has('this one is kept out'));

  test('is kept out, says so, and sends nothing; what it finds waits', async () => {
    await joinSite();
    nester.clonedBy = 'box-1';
    await begin({ machineDigest: () => 'm2' });
    await kept();
    expect(await askStatus(folder)).toMatchObject({ link: 'cloned', clone: { name: 'box-1' } });
    await said('Reports wait: another machine works with the key of this probe');
    expect(nester.machines).toEqual(['m2']);
    expect(nester.reports.size).toBe(0);
    expect(new Spool(folder).depth).toBe(1);
  });

  test('goes on when the other one is gone', async () => {
    await joinSite();
    nester.clonedBy = 'box-1';
    await begin({ clonedMs: 10 });
    await kept();
    nester.clonedBy = undefined;
    await taken(1);
    await said('Connected to Nester');
    expect(await askStatus(folder)).toMatchObject({ link: 'live', clone: null });
  });

  test('gets a key of its own when it is told to, and sends nothing of before', async () => {
    await joinSite();
    const before = readFileSync(join(folder, 'probe.key'), 'utf8');
    const old = new Spool(folder).add('{"of":"the other one"}', Date.now() - 60_000);
    nester.clonedBy = 'box-1';
    await begin({ clonedMs: 10 });
    await kept();
    nester.separateWith = 'OWN-CODE';
    nester.once('enrolled', () => {
      nester.clonedBy = undefined;
    });
    nester.codes.add('OWN-CODE');
    await taken(1);
    await said('it has an identity of its own now');
    expect([...nester.reports.values()].map(({ probeId }) => probeId)).toEqual(['probe-2']);
    expect(readFileSync(join(folder, 'probe.key'), 'utf8')).not.toBe(before);
    expect(JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8'))).toMatchObject({ probeId: 'probe-2', url: nester.url });
    expect(readdirSync(join(folder, 'aside'))).toContain(old);
    await said('Connected to Nester');
    expect(await askStatus(folder)).toMatchObject({ link: 'live', clone: null });
  });

  test('asks again when its code was of no use, and keeps what it has', async () => {
    await joinSite();
    nester.clonedBy = 'box-1';
    nester.separateWith = 'USED-CODE';
    await begin({ clonedMs: 10 });
    await said('could not get an identity of its own');
    nester.clonedBy = undefined;
    await taken(1);
    expect([...nester.reports.values()][0]!.probeId).toBe('probe-1');
    expect(() => readdirSync(join(folder, 'aside'))).toThrow();
  });
});

describe('after a cut', () => {
  const body = (reportId: string, at: number) => ({
    ...{ v: 1, reportId, probeId: 'probe-1', version: '1', scanner: 'tcp', targets: [], ports: '80', hosts: [], wan: [], missing: [] },
    ...{ machine: { name: 'm', addresses: [] }, startedAt: at, finishedAt: at },
  });

  test('a report of now overtakes the backlog, which goes no faster than it may', async () => {
    nester.policy = { ...nester.policy, backlogKbps: 8 };
    await joinSite();
    const waiting = new Spool(folder);
    for (let i = 0; i < 40; i += 1) waiting.add(JSON.stringify(body(`old-${i}`, i + 1)), Date.now());
    const begunAt = performance.now();
    await begin();
    await when('the backlog to begin', nester, ['report'], () => nester.order.some(id => id.startsWith('old-')));
    await taken(2);
    nester.tell({ event: 'probe.asked', do: 'scan' });
    const fresh = () => [...nester.reports.values()].filter(({ version }) => version === '9.9.9').length;
    await when('two scans of now', nester, ['report'], () => fresh() >= 2);
    const ms = performance.now() - begunAt;
    expect(ms).toBeLessThan(5_000);
    // A report is some 200 bytes packed; 8 kbit/s are a thousand bytes a second, and a second of it may go at once.
    const old = nester.order.length - fresh();
    expect(old).toBeLessThan(40);
    expect(old).toBeLessThanOrEqual(((ms + 1_000) * 1) / 150 + 4);
  });

  test('nothing is lost and nothing has another time, whatever fails meanwhile', async () => {
    await joinSite();
    const waiting = new Spool(folder);
    for (let i = 0; i < 60; i += 1) waiting.add(JSON.stringify(body(`old-${i}`, i + 1)), Date.now() - 100_000 + i);
    nester.nextUploads = [{ status: 0, cut: true }, { status: 503 }, { status: 0, cut: true }];
    await begin();
    await taken(61);
    for (let i = 0; i < 60; i += 1) expect(nester.reports.get(`old-${i}`)).toMatchObject({ finishedAt: i + 1 });
    await when('an empty spool', log, ['line'], () => new Spool(folder).depth === 0);
  });
});
