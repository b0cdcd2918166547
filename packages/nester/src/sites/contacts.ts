import { AppError } from '@aerie/contract';
import { Unit } from '../store/unit.ts';
import { stageSite } from './changes.ts';
import { activeProbes, inTurn, type Ledger, type ProbeRecord, type SiteRecord } from './ledger.ts';
import type { SitesParts } from './parts.ts';
import { noteProbeQuery } from './probes.store.ts';

/** Contacts of a site are told at most this often. */
const tellEveryMs = 1_000;

/** When probes were heard: in memory at once, told to pages once a second, written every few seconds for all of them together. */
export class Contacts {
  readonly #parts: SitesParts & { ledger: Ledger };
  readonly #toTell = new Set<SiteRecord>();
  #timer: NodeJS.Timeout | undefined;
  readonly #unsubscribe: (() => void)[];

  constructor(parts: SitesParts & { ledger: Ledger }) {
    this.#parts = parts;
    this.#unsubscribe = [
      parts.bus.subscribe('probe.connected', ({ probeId, connectionId }) => this.#connected(probeId, connectionId)),
      parts.bus.subscribe('probe.disconnected', ({ probeId, connectionId }) => this.#disconnected(probeId, connectionId)),
    ];
  }

  /** A probe was heard, and it was itself. */
  heard(probe: ProbeRecord, now: number): void {
    if (this.#parts.ledger.hearing(probe, now) !== 'heard') probe.presentSince = now;
    const isFirst = probe.row.last_contact_at === null;
    probe.heardAt = now;
    probe.row.last_contact_at = now;
    probe.isDirty = true;
    // From its first word on a probe's silence is an alarm, also after a restart in the next few seconds.
    // Where this write fails, the next look at silent probes makes up for it.
    if (isFirst) this.#write().catch(() => undefined);
    this.#tellSoon(probe.site);
  }

  /** Makes what follows from who was heard, and when, durable: a state, an incident. Without a change it writes nothing. */
  settle(site: SiteRecord): Promise<void> {
    return inTurn(site, async () => {
      const unit = new Unit();
      stageSite(this.#parts, unit, site);
      if (unit.operations.length > 0) await this.#parts.committer.commit(unit);
      else unit.settle(true);
    });
  }

  /** The same, for whoever cannot wait; what fails is tried again with the next look at silent probes. */
  settleSoon(site: SiteRecord): void {
    this.settle(site).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'stopping') return;
      this.#parts.log.error('STORE', 'The state of a site could not be stored; it will be tried again', {
        site: site.row.code,
        reason: (error as Error).message,
      });
    });
  }

  /** Looks at all sites for probes that fell silent and reports that are late, and writes who was heard. */
  async checkSilence(): Promise<void> {
    const looks = await Promise.allSettled([...this.#parts.ledger.sites()].map(site => this.settle(site)));
    await this.#write();
    const failed = looks.find(look => look.status === 'rejected');
    if (failed) throw failed.reason;
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  async #write(): Promise<void> {
    const unit = new Unit();
    const dirty = [...this.#parts.ledger.probes()].filter(probe => probe.isDirty);
    for (const probe of dirty) {
      probe.isDirty = false;
      unit.run(noteProbeQuery(this.#parts.store.read, probe.row));
    }
    unit.onSettled(written => {
      if (!written) for (const probe of dirty) probe.isDirty = true;
    });
    if (dirty.length > 0) await this.#parts.committer.commit(unit);
  }

  /** Of two connections of one probe the newer counts: the older is half-open, or another machine with the same key. */
  #connected(probeId: string, connectionId: string): void {
    const probe = this.#parts.ledger.probe(probeId);
    if (!probe) return;
    if (probe.connectionId !== undefined) {
      this.#parts.log.warning('PROBE', 'Probe came again while it was connected; the connection before is closed', {
        probe: probeId,
        site: probe.site.row.code,
        connectionId: probe.connectionId,
      });
      this.#parts.bus.publish('probe.replaced', { probeId, connectionId });
    }
    probe.connectionId = connectionId;
    this.#tellSoon(probe.site);
  }

  #disconnected(probeId: string, connectionId: string): void {
    const probe = this.#parts.ledger.probe(probeId);
    if (probe?.connectionId !== connectionId) return;
    probe.connectionId = undefined;
    probe.reportKey = undefined;
    this.#parts.log.info('PROBE', 'Probe disconnected', { probe: probeId, site: probe.site.row.code, connectionId });
    this.#tellSoon(probe.site);
  }

  #tellSoon(site: SiteRecord): void {
    this.#toTell.add(site);
    this.#timer ??= setTimeout(() => this.#tell(), tellEveryMs);
  }

  #tell(): void {
    this.#timer = undefined;
    for (const site of this.#toTell) {
      const probes = activeProbes(site);
      const lastContactAt = Math.max(0, ...probes.map(({ row }) => row.last_contact_at ?? 0));
      const connected = probes.some(({ connectionId }) => connectionId !== undefined);
      const spoolDepth = probes.reduce((sum, { row }) => sum + row.spool_depth, 0);
      const body = { siteId: site.row.site_id, lastContactAt, connected, spoolDepth };
      this.#parts.bus.publish('whispered', { topic: 'sites', event: 'site.contacted', body });
    }
    this.#toTell.clear();
  }
}
