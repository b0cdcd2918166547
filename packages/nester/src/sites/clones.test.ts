import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { type LiveProbe, liveProbe, openSitesRoom, type SitesRoom, type TestProbe } from '../../test/sites-room.ts';

onEachDatabase('a machine with the key of a probe', newDatabase => {
  let room: SitesRoom;
  let siteId: string;
  let probe: TestProbe;
  beforeEach(async () => {
    room = await openSitesRoom(await newDatabase());
    siteId = await room.site();
    probe = await room.probe(siteId);
  });
  afterEach(() => room.close());

  const shown = async (probeId = probe.probeId) => {
    const { probes } = await room.call('site.show', { siteId });
    return probes.find(one => one.probeId === probeId)!;
  };
  const asked = () => room.whispers.filter(({ event, body }) => event === 'probe.asked' && 'do' in body && body.do === 'beat').length;
  const cloned = { code: 'probe_cloned', params: { name: 'box' } };
  /** Another machine tries, and the first one beats when it is asked. */
  async function tryAgainst(first: LiveProbe, machine: string, newcomer = liveProbe(room)): Promise<LiveProbe> {
    const before = asked();
    const attempt = probe.connect(newcomer, { machine, name: 'copy' });
    await vi.waitFor(() => expect(asked()).toBe(before + 1));
    await Promise.all([expect(attempt).rejects.toMatchObject(cloned), probe.beat({}, first)]);
    return newcomer;
  }

  it('is kept out while the first one answers, and shown', async () => {
    const first = await probe.connect(undefined, { machine: 'm1' });
    const second = await tryAgainst(first, 'm2');
    expect(second.actor).toBeUndefined();
    expect(room.replaced).toEqual([]);
    expect((await shown()).clone).toEqual({ machine: 'm2', name: 'copy', address: '192.0.2.7', seenAt: room.now, separated: false });
    expect(room.events.at(-1)).toMatchObject({ name: 'site.updated', ids: { siteId } });
    expect(room.lines.join('\n')).toContain('WARNING [PROBE] Another machine came with the key of a probe that is there');
    // Told once, however often it comes.
    const told = room.events.length;
    await tryAgainst(first, 'm2');
    expect(room.events.length).toBe(told);
  });

  it('is kept out after a restart of Nester too, whichever comes back first', async () => {
    const first = await probe.connect(undefined, { machine: 'm1' });
    await tryAgainst(first, 'm2');
    await probe.beat();
    await room.sites.checkSilence();
    await room.restart();
    expect((await shown()).clone).toMatchObject({ machine: 'm2' });
    await expect(probe.connect(undefined, { machine: 'm2', name: 'copy' })).rejects.toMatchObject(cloned);
    expect((await probe.connect(undefined, { machine: 'm1' })).actor).toBeDefined();
  });

  it('goes on when the first one is gone, or was the same', async () => {
    const first = liveProbe(room);
    await probe.connect(first, { machine: 'm1' });
    await probe.connect(undefined, { machine: 'm1' });
    first.close();
    const again = liveProbe(room);
    await probe.connect(again, { machine: 'm1' });
    again.close();
    expect((await probe.connect(undefined, { machine: 'm2' })).actor).toBeDefined();
    expect((await shown()).clone).toBeNull();
    // A Harvester of before says nothing of its machine.
    expect((await probe.connect()).actor).toBeDefined();
  });

  it('goes on when the line of the first one is half-open, or ends while it is asked', async () => {
    room.cloneAnswerMs = 20;
    await room.restart();
    const first = liveProbe(room);
    await probe.connect(first, { machine: 'm1' });
    expect((await probe.connect(undefined, { machine: 'm2' })).actor).toBeDefined();
    expect(room.replaced).toHaveLength(1);
    room.cloneAnswerMs = 60_000;
    await room.restart();
    const third = liveProbe(room);
    await probe.connect(third, { machine: 'm3' });
    const before = asked();
    const fourth = probe.connect(undefined, { machine: 'm4' });
    await vi.waitFor(() => expect(asked()).toBe(before + 1));
    third.close();
    expect((await fourth).actor).toBeDefined();
  });

  it('sends nothing that is taken, while the first one is heard', async () => {
    await probe.connect(undefined, { machine: 'm1' });
    expect(await probe.send(probe.report(), { machine: 'm1' })).toMatchObject({ accepted: true });
    await expect(probe.send(probe.report(), { machine: 'm2' })).rejects.toMatchObject(cloned);
    expect(await room.counts()).toMatchObject({ report: 1 });
    // Silent for longer than two and a half heartbeats: it has moved.
    room.now += 60_000;
    await room.sites.checkSilence();
    expect(await probe.send(probe.report(), { machine: 'm2' })).toMatchObject({ accepted: true });
    await expect(probe.send(probe.report(), { machine: 'm1' })).rejects.toMatchObject(cloned);
  });

  it('gets an identity of its own by one act: a code that is good once, and for one probe', async () => {
    const first = await probe.connect(undefined, { machine: 'm1' });
    await expect(room.call('probe.separate', { probeId: probe.probeId, machine: 'm2' })).rejects.toMatchObject({ code: 'not_found' });
    await tryAgainst(first, 'm2');
    await room.call('probe.separate', { probeId: probe.probeId, machine: 'm2' });
    expect((await shown()).clone).toMatchObject({ machine: 'm2', separated: true });
    const audit = await room.store.read
      .selectFrom('audit')
      .select(['action', 'subject', 'detail'])
      .where('action', '=', 'probe.separate')
      .execute();
    expect(audit).toMatchObject([{ subject: 'box', detail: expect.stringContaining('"clone":"copy"') }]);
    await room.restart();
    room.pin = 'x'.repeat(43);

    const told: string[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      const second = liveProbe(room);
      await expect(probe.connect(second, { machine: 'm2', name: 'copy' })).rejects.toMatchObject(cloned);
      expect(second.told).toEqual([{ event: 'probe.separated', code: expect.stringMatching(/^[0-9A-Z-]{19}\.x{43}$/) }]);
      told.push(second.told[0]!.code as string);
    }
    const enrol = (code: string) => {
      const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x!;
      return room.call('probe.enrol', { code, publicKey, name: 'copy', version: '0.2.0' }, { actor: { kind: 'anyone' } });
    };
    await expect(enrol(told[0]!)).rejects.toMatchObject({ code: 'code_invalid' });
    const { probeId } = await enrol(told[1]!);
    expect(await shown()).toMatchObject({ clone: null });
    expect((await shown(probeId)).name).toBe('copy');
    // With the old key it is again what it was: a copy that nobody has allowed anything.
    await probe.connect(undefined, { machine: 'm1' });
    const late = probe.connect(undefined, { machine: 'm2' }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(1));
    room.sites.stop();
    expect(await late).toBeDefined();
    expect(await enrol(told[1]!).catch((error: unknown) => error)).toMatchObject({ code: 'code_invalid' });
  });

  it('is kept out also when that cannot be written', async () => {
    const first = await probe.connect(undefined, { machine: 'm1' });
    room.failure = new Error('disk full');
    const attempt = probe.connect(undefined, { machine: 'm2' });
    await vi.waitFor(() => expect(asked()).toBe(1));
    await Promise.all([expect(attempt).rejects.toBeDefined(), probe.beat({}, first)]);
    room.failure = undefined;
    expect((await shown()).clone).toBeNull();
    await tryAgainst(first, 'm2');
    expect((await shown()).clone).toMatchObject({ machine: 'm2' });
  });
});
