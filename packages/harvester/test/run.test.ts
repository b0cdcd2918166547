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

async function begin(): Promise<Harvester> {
  const harvester = new Harvester({ folder, version: '9.9.9', log, sources });
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
    await when('a heartbeat with the new policy', nester, ['heartbeat'], () => nester.heartbeats.at(-1)!.policyVersion === 2);
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

  test('keeps its reports while Nester is away; the freshest arrives first, then the others from the oldest', async () => {
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
    expect(nester.order.filter(id => id !== fresh)).toEqual(['c', 'a', 'b']);
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
