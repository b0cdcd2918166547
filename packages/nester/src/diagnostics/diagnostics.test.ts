import { type CommandInput, firstPolicy, summaryOf } from '@aerie/contract';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type DiagnosticsRoom, openDiagnosticsRoom, probeActor, tess } from '../../test/diagnostics-room.ts';

type Request = CommandInput<'diagnostic.start'>['request'];

onEachDatabase('diagnostics', newDatabase => {
  let room: DiagnosticsRoom;
  beforeEach(async () => {
    room = await openDiagnosticsRoom(await newDatabase());
  });
  afterEach(async () => {
    vi.useRealTimers();
    room.failure = undefined;
    await room.close();
  });

  const start = async (request: Request = { do: 'ping', host: '127.0.0.1' }, channelId?: string) =>
    (await room.call('diagnostic.start', { probeId: 'p1', request, ...(channelId ? { channelId } : {}) })).diagnosticId;
  const say = (diagnosticId: string, lines: string[], end?: CommandInput<'diagnostic.report'>['end'], actor = probeActor) =>
    room.call('diagnostic.report', { diagnosticId, lines, end }, actor);
  const done = { state: 'done' as const, summary: summaryOf('answers', { received: 5, sent: 5, address: '127.0.0.1', ms: 1.234 }) };
  const shown = async (diagnosticId: string) =>
    (await room.call('diagnostic.list', { siteId: 's1' })).diagnostics.find(one => one.diagnosticId === diagnosticId)!;
  const stored = async () =>
    await room.store.read.selectFrom('diagnostic').select(['state', 'ended_at']).orderBy('diagnostic_id').execute();
  const whispered = (event: string) => room.whispers.filter(one => one.event === event);
  const ended = async (diagnosticId: string) => await vi.waitFor(async () => expect((await shown(diagnosticId)).endedAt).not.toBeNull());
  const acts = async () => {
    const rows = await room.store.read.selectFrom('audit').select(['action', 'actor_name', 'detail']).orderBy('audit_id').execute();
    return rows.map(row => `${row.actor_name} ${row.action} ${JSON.parse(row.detail).asked}`);
  };

  it('go to the probe, are heard line by line, and kept with their end', async () => {
    const diagnosticId = await start();
    expect(whispered('diagnostic.asked')).toMatchObject([
      { topic: 'probe:p1', body: { diagnosticId, request: { do: 'ping', host: '127.0.0.1', count: 5 }, limitMs: 30_000, by: 'Tess' } },
    ]);
    expect(await shown(diagnosticId)).toMatchObject({ state: 'asked', by: 'Tess', lines: [], summary: null, endedAt: null });
    await say(diagnosticId, ['one', 't\u0000w\u202eo']);
    expect(await shown(diagnosticId)).toMatchObject({ state: 'running', lines: ['one', 'two'] });
    room.now += 10;
    await say(diagnosticId, ['three'], done);
    await ended(diagnosticId);
    expect(await shown(diagnosticId)).toMatchObject({
      state: 'done',
      lines: ['one', 'two', 'three'],
      summary: done.summary,
      endedAt: room.now,
    });
    expect(whispered('diagnostic.progressed').map(({ topic, body }) => [topic, body])).toEqual([
      ['sites', { siteId: 's1', diagnosticId, state: 'running', lines: ['one', 'two'], summary: null }],
      ['sites', { siteId: 's1', diagnosticId, state: 'done', lines: ['three'], summary: done.summary }],
    ]);
    expect(await acts()).toEqual(['Tess diagnostic.start ping 127.0.0.1']);
    // Late words change nothing, and the probe is told that nobody listens.
    await say(diagnosticId, ['four'], { state: 'failed', summary: summaryOf('cancelled') });
    expect((await shown(diagnosticId)).lines).toHaveLength(3);
    expect(whispered('diagnostic.ended')).toMatchObject([{ topic: 'probe:p1', body: { diagnosticId } }]);
  });

  it('are not taken from another probe', async () => {
    const diagnosticId = await start();
    await say(diagnosticId, ['forged'], done, { kind: 'probe', probeId: 'p2', siteId: 's1', name: 'other' });
    expect(await shown(diagnosticId)).toMatchObject({ state: 'asked', lines: [] });
    await expect(say(diagnosticId, ['x'], done, tess as never)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('keep 200 lines and 64 KiB at most', async () => {
    const many = await start();
    for (let i = 0; i < 3; i++) await say(many, Array(100).fill('x'));
    expect((await shown(many)).lines).toHaveLength(200);
    const long = await start();
    for (let i = 0; i < 4; i++) await say(long, Array(50).fill('é'.repeat(500)));
    const { lines } = await shown(long);
    expect(Buffer.byteLength(JSON.stringify(lines))).toBeLessThan(66_000);
    expect(lines.length).toBeGreaterThan(60);
  });

  it('need a probe that is there, and a policy that allows it', async () => {
    const refused = (code: string, request: Request = { do: 'ping', host: '127.0.0.1' }) =>
      expect(start(request)).rejects.toMatchObject({ code });
    await refused('not_allowed_by_policy', { do: 'ping', host: '192.0.2.1' });
    room.probe = { ...room.probe!, policy: { ...firstPolicy, diagnostics: ['dns'] } };
    await refused('not_allowed_by_policy');
    room.probe = { ...room.probe, policy: firstPolicy, connectionId: undefined };
    await refused('probe_away');
    room.probe = undefined;
    await refused('not_found');
    expect(await stored()).toEqual([]);
    expect(room.whispers).toEqual([]);
    await expect(room.call('diagnostic.list', { siteId: 's1' }, { ...tess, role: 'member' })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are four at once for a probe, and sixty a minute for a person', async () => {
    const first = await Promise.all([start(), start(), start(), start()]);
    await expect(start()).rejects.toMatchObject({ code: 'diagnostics_full' });
    for (const id of first) await say(id, [], done);
    for (let i = 4; i < 60; i++) await say(await start(), [], done);
    await expect(start()).rejects.toMatchObject({ code: 'too_fast', params: { seconds: 60 } });
    room.now += 59_000;
    await expect(start()).rejects.toMatchObject({ code: 'too_fast', params: { seconds: 1 } });
    room.now += 1_000;
    await start();
  });

  it('are cancelled once, on the record', async () => {
    const diagnosticId = await start();
    await room.call('diagnostic.cancel', { diagnosticId });
    expect(await shown(diagnosticId)).toMatchObject({ state: 'cancelled', summary: { say: 'cancelled' } });
    expect(whispered('diagnostic.ended')).toHaveLength(1);
    await expect(room.call('diagnostic.cancel', { diagnosticId })).rejects.toMatchObject({ code: 'not_found' });
    expect(await acts()).toEqual(['Tess diagnostic.start ping 127.0.0.1', 'Tess diagnostic.cancel ping 127.0.0.1']);
  });

  it('are given up when the probe does not end them in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const diagnosticId = await start({ do: 'dns', name: 'localhost' });
    vi.advanceTimersByTime(14_999);
    expect(whispered('diagnostic.ended')).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(whispered('diagnostic.ended')).toHaveLength(1);
    vi.useRealTimers();
    await ended(diagnosticId);
    expect(await shown(diagnosticId)).toMatchObject({ state: 'failed', summary: { say: 'late', with: { seconds: 10 } } });
  });

  it('are lost with the line that they were asked over, and with Nester', async () => {
    const first = await start();
    room.bus.publish('probe.disconnected', { probeId: 'p1', siteId: 's1', connectionId: 'older' });
    expect((await shown(first)).state).toBe('asked');
    room.bus.publish('probe.disconnected', { probeId: 'p1', siteId: 's1', connectionId: 'c1' });
    await ended(first);
    const second = await start();
    room.bus.publish('probe.connected', { probeId: 'p1', siteId: 's1', connectionId: 'c2' });
    await ended(second);
    const third = await start({ do: 'ping', host: '127.0.0.1' }, 'ch1');
    await room.restart();
    for (const id of [first, second, third]) expect(await shown(id)).toMatchObject({ state: 'lost', summary: { say: 'lost' } });
    expect(room.said).toMatchObject([{ channelId: 'ch1', key: `diagnostic:${third}` }]);
  });

  it('that a Nester left behind when it was killed are lost, and said to be', async () => {
    const row = { site_id: 's1', probe_id: 'p1', asked_by: 'Tess', asked_by_id: 'u1', channel_id: 'ch1', language: 'en' as const };
    const rest = {
      request: '{"do":"dns","name":"localhost","type":"A"}',
      state: 'running' as const,
      lines: '[]',
      summary: null,
      started_at: 5,
      ended_at: null,
    };
    await room.store.write
      .insertInto('diagnostic')
      .values({ diagnostic_id: 'd1', ...row, ...rest })
      .execute();
    await room.restart();
    expect(await shown('d1')).toMatchObject({ state: 'lost', endedAt: room.now });
    expect(room.said).toMatchObject([{ content: expect.stringContaining('the connection to the probe was lost') }]);
  });

  it('are not begun when they cannot be recorded', async () => {
    room.failure = new Error('disk full');
    await expect(start()).rejects.toMatchObject({ code: 'internal' });
    room.failure = undefined;
    expect(room.whispers).toEqual([]);
    await Promise.all([start(), start(), start(), start()]);
  });

  it('say their result in the channel, in the words of whoever asked, and nothing from the network gets out of its block', async () => {
    const diagnosticId = await start({ do: 'ping', host: '127.0.0.1' }, 'ch1');
    await say(diagnosticId, ['```', '@Ada **bold** <img src=x onerror=alert(1)>', 'a\nb'], done);
    await vi.waitFor(() => expect(room.said).toHaveLength(1));
    const { channelId, key, content } = room.said[0]!;
    expect([channelId, key]).toEqual(['ch1', `diagnostic:${diagnosticId}`]);
    expect(content.split('\n')).toEqual([
      '```',
      'ping 127.0.0.1 · NE (box) · Tess',
      '5 réponses sur 5 de 127.0.0.1, médiane 1,23 ms',
      '',
      "'''",
      '@Ada **bold** <img src=x onerror=alert(1)>',
      'ab',
      '```',
    ]);
  });

  it('are forgotten after ninety days, except those that run', async () => {
    const over = await start();
    await say(over, [], done);
    await ended(over);
    await start();
    room.now += 90 * 86_400_000 + 1;
    await room.diagnostics.forget();
    expect((await stored()).map(({ state }) => state)).toEqual(['asked']);
  });
});
