import { AppError, type Site } from '@aerie/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { liveProbe, openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';

const second = 1_000;
const day = 86_400_000;

onEachDatabase('probes', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let probe: TestProbe;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
    probe = await room.probe(siteId);
  });
  afterEach(() => room.close());

  const show = () => room.call('site.show', { siteId });
  const state = async () => {
    const { site } = await show();
    return `${site.state} ${site.why}`;
  };
  /** Lets time pass as it passes on a clock that strikes every five seconds. */
  const pass = async (ms: number, beat?: () => Promise<void>) => {
    for (let passed = 0; passed < ms; passed += 5 * second) {
      room.now += 5 * second;
      if (beat && passed % (15 * second) === 0) await beat();
      await room.sites.checkSilence();
    }
  };
  const told = () => room.observations.map(({ subjectId, isBad }) => `${subjectId === probe.probeId ? 'probe' : subjectId} ${isBad}`);

  it('join with a code, once, within a day', async () => {
    const { code, expiresAt, line } = await room.call('probe.code', { siteId });
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(expiresAt).toBe(room.now + day);
    expect(line).toBe(`npx harvester enrol https://aerie.example ${code}`);
    const stored = await room.store.read.selectFrom('enrolment').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(code);
    const enrol = (typed: string, publicKey = 'A'.repeat(43)) =>
      room.call('probe.enrol', { code: typed, publicKey, name: 'b\u0000ox', version: '1' }, { actor: { kind: 'anyone' } });
    await expect(enrol(code, 'short')).rejects.toMatchObject({ code: 'bad_input' });
    const both = await Promise.allSettled([enrol(code), enrol(code.toLowerCase().replaceAll('-', ''))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'code_invalid' } });
    await expect(enrol(code)).rejects.toMatchObject({ code: 'code_invalid' });
    await expect(enrol('NOT-A-CODE')).rejects.toMatchObject({ code: 'code_invalid' });
    expect(room.lines.at(-1)).toBe('WARNING [LOGIN] Failed login attempt from 192.0.2.7 {"door":"probe","why":"code"}');
    const second = await room.call('probe.code', { siteId });
    room.now += day;
    await expect(enrol(second.code)).rejects.toMatchObject({ code: 'code_invalid' });
    expect((await show()).probes.map(({ name, lastContactAt }) => [name, lastContactAt])).toEqual([
      ['box', null],
      ['box', null],
    ]);
    expect(await state()).toBe('unknown probe_never');
    const audit = await room.store.read.selectFrom('audit').select(['action', 'subject']).orderBy('audit_id').execute();
    expect(audit.map(({ action, subject }) => `${action} ${subject}`).slice(-3)).toEqual([
      'probe.code KC',
      'probe.enrol box',
      'probe.code KC',
    ]);
  });

  it('get a code that carries the pin of a certificate that Nester signed itself', async () => {
    room.pin = 'p'.repeat(43);
    const { code } = await room.call('probe.code', { siteId });
    expect(code.split('.')[1]).toBe(room.pin);
    await expect(
      room.call('probe.enrol', { code, publicKey: 'A'.repeat(43), name: 'x', version: '1' }, { actor: { kind: 'anyone' } }),
    ).resolves.toMatchObject({ siteCode: 'KC', policy: { ranges: ['127.0.0.1/32'] } });
  });

  it('come in by a signed challenge of their connection, once', async () => {
    const live = await probe.connect();
    expect(live.actor).toMatchObject({ kind: 'probe', probeId: probe.probeId, siteId });
    await vi.waitFor(async () => expect(await state()).toBe('up reporting'));
    expect(await show()).toMatchObject({
      site: { probeVersion: '0.2.0', lastContactAt: room.now },
      probes: [{ connected: true, version: '0.2.0', networks: ['10.0.0.0/24'], address: '192.0.2.7' }],
    });
    const anyone = { actor: { kind: 'anyone' } as const, connection: liveProbe(room) };
    const input = { probeId: probe.probeId, signature: 'A'.repeat(86), name: 'x', version: '1', networks: [] };
    await expect(room.call('probe.connect', input, anyone)).rejects.toMatchObject({ code: 'probe_refused' });
    await room.call('probe.challenge', {}, anyone);
    await expect(room.call('probe.connect', { ...input, probeId: '__proto__' }, anyone)).rejects.toMatchObject({ code: 'probe_refused' });
    expect(room.lines.at(-1)).toContain('WARNING [LOGIN] Failed login attempt from 192.0.2.7 {"door":"probe"');
    // A challenge is good for a minute.
    const late = liveProbe(room);
    const call = vi.spyOn(room, 'call').mockImplementationOnce(async (name, given, options) => {
      call.mockRestore();
      const answer = await room.call(name, given, options);
      room.now += 60 * second;
      return answer;
    });
    await expect(probe.connect(late)).rejects.toMatchObject({ code: 'probe_refused' });
  });

  it('are silent after two and a half heartbeats, and heard again with the next', async () => {
    await probe.connect();
    await pass(60 * second, () => probe.beat());
    expect(await state()).toBe('up reporting');
    expect(told()).toEqual(['probe false']);
    const heardAt = (await show()).site.lastContactAt!;
    await pass(45 * second);
    expect(await show()).toMatchObject({ site: { state: 'unknown', why: 'probe_silent', lastContactAt: heardAt } });
    expect(told()).toEqual(['probe false', 'probe true']);
    expect(room.observations.at(-1)).toMatchObject({ siteId, rule: 'probe.silent', subject: 'box', detail: { lastContactAt: heardAt } });
    // Between 37.5 s and 45 s after the last contact.
    expect((await show()).site.since - heardAt).toBe(40 * second);
    await pass(300 * second);
    expect(told()).toHaveLength(2);
    await probe.beat();
    await vi.waitFor(async () => expect(await state()).toBe('up reporting'));
    expect(told()).toEqual(['probe false', 'probe true', 'probe false']);
  });

  it('are missed as soon when the clock is set back', async () => {
    await probe.connect();
    await pass(60 * second, () => probe.beat());
    room.now -= 3_600 * second;
    await pass(60 * second, () => probe.beat());
    expect(told()).toEqual(['probe false']);
    room.now -= 3_600 * second;
    await pass(50 * second);
    expect(told()).toEqual(['probe false', 'probe true']);
  });

  it('keep what their devices were, shown as unknown, while nobody watches', async () => {
    await probe.connect();
    await probe.send(probe.report());
    expect((await show()).devices).toMatchObject([{ status: 'up' }]);
    await pass(45 * second);
    expect((await show()).devices).toMatchObject([{ status: 'unknown' }]);
    await probe.send(probe.report());
    expect((await show()).devices).toMatchObject([{ status: 'up' }]);
  });

  it('are not silent right after Nester itself was away', async () => {
    await probe.connect();
    await probe.beat();
    await room.sites.checkSilence();
    room.now += 3_600 * second;
    await room.restart();
    await pass(35 * second);
    expect(await state()).toBe('up reporting');
    expect(told()).toEqual(['probe false']);
    await pass(10 * second);
    expect(await state()).toBe('unknown probe_silent');
    expect(told()).toEqual(['probe false', 'probe true']);
    // Away again: what was known holds until more is known.
    await room.restart();
    await pass(30 * second);
    expect(await state()).toBe('unknown probe_silent');
    await probe.connect();
    await vi.waitFor(async () => expect(await state()).toBe('up reporting'));
    expect(told()).toEqual(['probe false', 'probe true', 'probe false']);
    expect((await show()).probes).toMatchObject([{ version: '0.2.0', networks: ['10.0.0.0/24'] }]);
  });

  it('tell again what could not be stored', async () => {
    await probe.connect();
    await vi.waitFor(() => expect(told()).toEqual(['probe false']));
    room.now += 40 * second;
    room.failure = new AppError('storage_failed', { reason: 'disk full' });
    await expect(room.sites.checkSilence()).rejects.toMatchObject({ code: 'storage_failed' });
    room.failure = undefined;
    expect(await state()).toBe('up reporting');
    await room.sites.checkSilence();
    expect(await state()).toBe('unknown probe_silent');
  });

  it('make a site stale when they are there and do not report', async () => {
    await probe.connect();
    await probe.send(probe.report());
    const scanEveryMs = 10 * second;
    await room.call('site.setPolicy', { siteId, policy: { scanEveryMs } });
    await pass(30 * second, () => probe.beat({ policyVersion: 2 }));
    expect(await state()).toBe('up reporting');
    await pass(5 * second, () => probe.beat({ policyVersion: 2 }));
    expect(await state()).toBe('stale report_late');
    await probe.send(probe.report());
    expect(await state()).toBe('up reporting');
  });

  it('hear of a new policy at once, and again while they follow another', async () => {
    await probe.connect();
    const { policy } = await room.call('site.setPolicy', {
      siteId,
      policy: { ranges: ['10.0.0.9/24', '127.0.0.1'], wanTargets: ['Example.org'] },
    });
    expect(policy).toMatchObject({ version: 2, ranges: ['10.0.0.0/24', '127.0.0.1/32'], wanTargets: ['example.org'] });
    const heard = () => room.whispers.filter(({ topic, event }) => topic === `probe:${probe.probeId}` && event === 'policy.changed');
    expect(heard()).toEqual([{ topic: `probe:${probe.probeId}`, event: 'policy.changed', body: { policy } }]);
    await probe.beat({ policyVersion: 1, spoolDepth: 7, at: room.now + 4_000 });
    expect(heard()).toHaveLength(2);
    await probe.beat({ policyVersion: 2, spoolDepth: 7, at: room.now + 4_000 });
    expect(heard()).toHaveLength(2);
    expect((await show()).probes).toMatchObject([{ policyVersion: 2, spoolDepth: 7, clockSkewMs: 4_000 }]);
    await expect(room.call('site.setPolicy', { siteId, policy: { ranges: ['::/0'] } })).rejects.toMatchObject({ code: 'bad_policy' });
    expect((await room.call('site.setPolicy', { siteId, policy: { ranges: policy.ranges } })).policy.version).toBe(2);
    await room.restart();
    expect((await show()).policy).toEqual(policy);
  });

  it('are asked to scan while they are connected', async () => {
    const scan = () => room.call('probe.scan', { probeId: probe.probeId });
    await expect(scan()).rejects.toMatchObject({ code: 'probe_away' });
    await probe.connect();
    await scan();
    expect(room.whispers.at(-1)).toEqual({ topic: `probe:${probe.probeId}`, event: 'probe.asked', body: { do: 'scan' } });
    await expect(room.call('probe.scan', { probeId: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are shut out when revoked, and then not missed', async () => {
    await probe.connect();
    await pass(45 * second);
    expect(told()).toEqual(['probe false', 'probe true']);
    await room.call('probe.revoke', { probeId: probe.probeId });
    expect(room.revoked).toEqual([probe.probeId]);
    expect(told().at(-1)).toBe('probe false');
    expect(await show()).toMatchObject({ site: { state: 'unknown', why: 'no_probe' }, probes: [{ revokedAt: room.now }] });
    await expect(probe.connect()).rejects.toMatchObject({ code: 'probe_refused' });
    await expect(probe.beat()).rejects.toMatchObject({ code: 'probe_refused' });
    await expect(room.call('probe.revoke', { probeId: probe.probeId })).rejects.toMatchObject({ code: 'not_found' });
    await room.restart();
    expect(room.sites.mayReport(probe.probeId)).toBe(false);
    const length = told().length;
    await pass(60 * second);
    expect(told()).toHaveLength(length);
  });

  it('speak by the newer of two connections', async () => {
    const older = liveProbe(room);
    await probe.connect(older);
    const newer = liveProbe(room);
    await probe.connect(newer);
    expect(room.replaced).toEqual([{ probeId: probe.probeId, connectionId: newer.connectionId }]);
    expect(room.lines.join('\n')).toContain('WARNING [PROBE] Probe came again while it was connected');
    older.close();
    expect((await show()).probes).toMatchObject([{ connected: true }]);
    newer.close();
    expect((await show()).probes).toMatchObject([{ connected: false }]);
  });

  it('that are heard often cost one whisper a second and one write a round', async () => {
    await probe.connect();
    await vi.waitFor(async () => expect(await state()).toBe('up reporting'));
    const writes = vi.spyOn(room.store.dialect, 'transaction');
    for (let i = 0; i < 50; i++) await probe.beat({ spoolDepth: i });
    expect(writes).not.toHaveBeenCalled();
    await room.sites.checkSilence();
    expect(writes).toHaveBeenCalledTimes(1);
    const contacted = () => room.whispers.filter(({ event }) => event === 'site.contacted');
    await vi.waitFor(() => expect(contacted()).toHaveLength(1), 3_000);
    expect(contacted()[0]).toMatchObject({ topic: 'sites', body: { siteId, connected: true, spoolDepth: 49, lastContactAt: room.now } });
  });
});

onEachDatabase('sites', newDatabase => {
  let room: SitesRoom;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
  });
  afterEach(() => room.close());

  it('have a code of their own', async () => {
    await room.site('KC');
    await expect(room.site('KC')).rejects.toMatchObject({ code: 'site_exists', params: { code: 'KC' } });
    const both = await Promise.allSettled([room.site('SEA'), room.site('SEA')]);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'site_exists' } });
    await expect(room.call('site.create', { code: 'X', name: ' \u0007 ' })).rejects.toMatchObject({ code: 'bad_input' });
    const { sites } = await room.call('site.list', {});
    expect(sites.map(({ code }) => code)).toEqual(['KC', 'SEA']);
  });

  it('stand in the list with the worst first', async () => {
    for (const code of ['A', 'B', 'C', 'D']) await room.site(code);
    const set = (code: string, state: string) => room.store.write.updateTable('site').set({ state }).where('code', '=', code).execute();
    await Promise.all([set('A', 'up'), set('B', 'stale'), set('C', 'degraded'), set('D', 'unknown')]);
    const { sites, seq } = await room.call('site.list', {});
    expect(sites.map(({ code }) => code).join('')).toBe('CDBA');
    expect(seq).toBe(room.events.at(-1)!.seq);
  });

  it('are replayed as they are now', async () => {
    const siteId = await room.site();
    const probe = await room.probe(siteId);
    await probe.send(probe.report());
    const logged = room.events.map(({ seq, name, topic, ids }) => ({ seq, name, topic, ids: ids as Record<string, string> }));
    const bodies = await room.sites.replay(room.store.read, [
      ...logged,
      { seq: 99, name: 'site.updated', topic: 'sites', ids: { siteId: 'gone' } },
    ]);
    const { site } = await room.call('site.show', { siteId });
    expect(logged.map(({ name }) => name)).toEqual(['site.created', 'site.updated', 'site.updated', 'report.accepted']);
    expect([...bodies.keys()]).toEqual(logged.map(({ seq }) => seq));
    for (const { seq, name, ids } of logged) expect(bodies.get(seq)).toEqual(name === 'report.accepted' ? ids : { site: site as Site });
  });

  it('that are not there are not found', async () => {
    for (const name of ['site.show', 'report.list', 'probe.code'] as const)
      await expect(room.call(name, { siteId: 'x' })).rejects.toMatchObject({ code: 'not_found', params: { thing: 'site' } });
    await expect(room.call('report.show', { reportId: 'x' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      room.sites.ingest({ probeId: '../x', time: '1', signature: '', body: Buffer.from(''), gzip: false }),
    ).rejects.toMatchObject({
      code: 'probe_refused',
    });
  });
});
