import { AppError } from '@aerie/contract';
import type { Ctx } from '../context.ts';
import type { ProbeTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { type Clone, cloneOf, type Separation, separationOf } from './clone-marks.ts';
import type { Contacts } from './contacts.ts';
import { dropCodeQuery } from './enrolment.store.ts';
import { codeHash, codeMs, newCode } from './enrolment.ts';
import { inTurn, type Ledger, type ProbeRecord, siteOf } from './ledger.ts';
import type { SitesParts } from './parts.ts';
import { markProbeQuery } from './probes.store.ts';
import { cleanText } from './texts.ts';

/** How long the machine that works with a key may take to show that it is still there. */
const answerMs = 10_000;

type Parts = SitesParts & { ledger: Ledger; contacts: Contacts };
/**
 * Tells a probe that moved or was started anew from a copy of it. Both come with the same key from another machine; but of a
 * copy the first one still answers. The copy is kept out, and nothing of it is taken, until somebody gives it an identity of
 * its own.
 */
export class Clones {
  readonly #parts: Parts;
  /** Who waits for a sign of life of a probe. */
  readonly #waiting = new Map<string, Set<(isThere: boolean) => void>>();
  readonly #unsubscribe: () => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#unsubscribe = parts.bus.subscribe('probe.disconnected', ({ probeId }) => {
      // The last one's line ended while it was asked: it is not there.
      if (parts.ledger.probe(probeId)?.connectionId === undefined) this.#settle(probeId, false);
    });
  }

  /** A live connection of the probe said something. */
  heard(probe: ProbeRecord, connectionId: string): void {
    if (probe.connectionId === connectionId) this.#settle(probe.row.probe_id, true);
  }

  /**
   * Lets a machine that has shown the probe's key work with it.
   * @throws AppError `probe_cloned` when another one does
   */
  async admit(ctx: Ctx, probe: ProbeRecord, machine: string | undefined, typedName: string): Promise<void> {
    const { row } = probe;
    if (machine === undefined || machine === row.machine) return;
    if (row.machine !== null) {
      if (separationOf(row)?.machine === machine) {
        await this.#tellCode(ctx, probe, machine);
        throw new AppError('probe_cloned', { name: row.name });
      }
      if (await this.#isThere(probe, machine)) {
        await this.#keepOut(ctx, probe, { machine, name: cleanText(typedName).trim() || 'probe', address: ctx.caller.address });
        throw new AppError('probe_cloned', { name: row.name });
      }
      this.#parts.log.info('PROBE', 'Probe is on another machine, or was started anew', {
        probe: row.probe_id,
        address: ctx.caller.address,
      });
    }
    row.machine = machine;
    probe.isDirty = true;
    if (cloneOf(row)?.machine === machine) await this.#mark(probe, { clone: null, separation: null });
  }

  /**
   * Lets a machine send a report that is signed with the probe's key.
   * @throws AppError `probe_cloned` when another one works with it
   */
  admitReport(probe: ProbeRecord, machine: string): void {
    const { row } = probe;
    if (machine === '' || machine === row.machine) return;
    if (row.machine !== null) {
      const hearing = this.#parts.ledger.hearing(probe, this.#parts.now());
      if (hearing === 'heard' || hearing === 'unsure') throw new AppError('probe_cloned', { name: row.name });
    }
    row.machine = machine;
    probe.isDirty = true;
  }

  /** Gives the machine that is kept out an identity of its own, when it comes again. To be called in the site's turn. */
  async separate(ctx: Ctx, probe: ProbeRecord, machine: string): Promise<void> {
    const { row, site } = probe;
    const clone = cloneOf(row);
    if (clone?.machine !== machine) throw new AppError('not_found', { thing: 'probe' });
    const separation: Separation = { machine, codeHash: null };
    const unit = this.#marking(new Unit(), probe, { clone: row.clone, separation: JSON.stringify(separation) });
    const detail = { probeId: row.probe_id, site: site.row.code, clone: clone.name, address: clone.address };
    await ctx.commitAct(unit, { action: 'probe.separate', subject: row.name, detail });
  }

  /** Adds to a unit that the machine which was told this code has joined as a probe of its own. */
  stageJoined(unit: Unit, probes: readonly ProbeRecord[], hash: string): void {
    for (const probe of probes)
      if (separationOf(probe.row)?.codeHash === hash) this.#marking(unit, probe, { clone: null, separation: null });
  }

  stop(): void {
    this.#unsubscribe();
    for (const probeId of [...this.#waiting.keys()]) this.#settle(probeId, false);
  }

  async #isThere(probe: ProbeRecord, machine: string): Promise<boolean> {
    const { ledger, bus, now } = this.#parts;
    const probeId = probe.row.probe_id;
    if (probe.connectionId === undefined) {
      // Of a machine that is known for a copy, a gap in the other one's line is no chance.
      const hearing = ledger.hearing(probe, now());
      return cloneOf(probe.row)?.machine === machine && (hearing === 'heard' || hearing === 'unsure');
    }
    const answered = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => answered.resolve(false), this.#parts.cloneAnswerMs ?? answerMs);
    const waiting = this.#waiting.get(probeId) ?? new Set();
    this.#waiting.set(probeId, waiting.add(answered.resolve));
    bus.publish('whispered', { topic: `probe:${probeId}`, event: 'probe.asked', body: { do: 'beat' } });
    try {
      return await answered.promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(answered.resolve);
      if (waiting.size === 0) this.#waiting.delete(probeId);
    }
  }

  #settle(probeId: string, isThere: boolean): void {
    for (const settle of this.#waiting.get(probeId) ?? []) settle(isThere);
  }

  async #keepOut(ctx: Ctx, probe: ProbeRecord, newcomer: Omit<Clone, 'seenAt'>): Promise<void> {
    const { row, site } = probe;
    const known = cloneOf(row)?.machine === newcomer.machine;
    const clone = JSON.stringify({ ...newcomer, seenAt: ctx.now() });
    if (known) {
      row.clone = clone;
      return;
    }
    const { name, address } = newcomer;
    this.#parts.log.warning('PROBE', 'Another machine came with the key of a probe that is there; it is kept out', {
      probe: row.probe_id,
      site: site.row.code,
      name,
      address,
    });
    await this.#mark(probe, { clone, separation: null });
  }

  async #tellCode(ctx: Ctx, probe: ProbeRecord, machine: string): Promise<void> {
    const { row, site } = probe;
    await inTurn(site, async () => {
      const before = separationOf(row);
      if (before?.machine !== machine) return;
      const pin = this.#parts.pin();
      const bare = newCode();
      const hash = codeHash(bare);
      const at = ctx.now();
      const unit = new Unit();
      // One click, one probe: of the codes that it was told, only the last is good.
      if (before.codeHash !== null) unit.run(dropCodeQuery(ctx.db, before.codeHash));
      unit.insert('enrolment', { code_hash: hash, site_id: row.site_id, created_at: at, expires_at: at + codeMs, used_at: null });
      this.#marking(unit, probe, { clone: row.clone, separation: JSON.stringify({ machine, codeHash: hash } satisfies Separation) });
      await ctx.commit(unit);
      ctx.caller.connection?.tell('probe.separated', { code: pin === undefined ? bare : `${bare}.${pin}` });
      ctx.log.info('PROBE', 'A cloned machine was told to enrol anew', {
        probe: row.probe_id,
        site: site.row.code,
        address: ctx.caller.address,
      });
    });
  }

  async #mark(probe: ProbeRecord, marks: Pick<ProbeTable, 'clone' | 'separation'>): Promise<void> {
    await inTurn(probe.site, async () => {
      await this.#parts.committer.commit(this.#marking(new Unit(), probe, marks));
    });
  }

  /** Adds the marks of a probe to a unit, and its site's event, so that pages read them. */
  #marking(unit: Unit, probe: ProbeRecord, { clone, separation }: Pick<ProbeTable, 'clone' | 'separation'>): Unit {
    const { row, site } = probe;
    const siteId = row.site_id;
    unit.run(markProbeQuery(this.#parts.store.read, row.probe_id, { clone, separation }));
    unit.event('site.updated', ['sites'], { siteId }, () => ({ site: siteOf(site.row, site, this.#parts.standing(siteId)) }));
    unit.onSettled(written => {
      if (written) Object.assign(row, { clone, separation });
    });
    return unit;
  }
}
