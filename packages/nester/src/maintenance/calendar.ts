import type { Maintenance } from '@aerie/contract';
import type { MaintenanceRecord } from './maintenance.store.ts';
import { joined, type Span, spansOf } from './spans.ts';
import { isZone } from './wall-clock.ts';

const dayMs = 86_400_000;
/** A weekly span comes within eight days, unless the clocks skip it. */
const weeklyHorizonMs = 15 * dayMs;
/** What happens once may be far away. */
const onceHorizonMs = 20 * 365 * dayMs;

/** Of what, and when. */
export interface TitledSpan extends Span {
  title: string;
}

/** What a site's calendar says of now, for as long as it says so. */
interface Known {
  zone: string;
  from: number;
  validTo: number;
  until: number | null;
}

export interface CalendarParts {
  /** The time zone of a site; undefined when there is none of that id. */
  zone(siteId: string): string | undefined;
  siteIds(): readonly string[];
}

/** All maintenance, in memory, by the clocks of each site. */
export class Calendar {
  readonly #parts: CalendarParts;
  readonly #records = new Map<string, MaintenanceRecord>();
  readonly #known = new Map<string, Known>();

  constructor(parts: CalendarParts, records: Iterable<MaintenanceRecord>) {
    this.#parts = parts;
    for (const record of records) this.#records.set(record.maintenanceId, record);
  }

  put(record: MaintenanceRecord): void {
    this.#records.set(record.maintenanceId, record);
    this.#known.clear();
  }

  get(maintenanceId: string): MaintenanceRecord | undefined {
    return this.#records.get(maintenanceId);
  }

  /** All of it, or what touches a site; the newest first. */
  records(siteId?: string): MaintenanceRecord[] {
    return [...this.#records.values()].filter(record => siteId === undefined || concerns(record, siteId)).reverse();
  }

  /** The end of the maintenance that is under way at a site; null when none is. Asked for often. */
  until(siteId: string, at: number): number | null {
    if (this.#records.size === 0) return null;
    const zone = this.#zone(siteId);
    let known = this.#known.get(siteId);
    if (!known || known.zone !== zone || at < known.from || at >= known.validTo) {
      known = this.#look(siteId, zone, at);
      this.#known.set(siteId, known);
    }
    return known.until;
  }

  /** When there was, or will be, maintenance at a site; in order. */
  between(siteId: string, within: Span): TitledSpan[] {
    const zone = this.#zone(siteId);
    const spans = this.records(siteId).flatMap(record => spansAt(record, zone, within).map(span => ({ title: record.title, ...span })));
    return spans.sort((a, b) => a.from - b.from);
  }

  /** Maintenance as lists show it. */
  present(record: MaintenanceRecord, at: number): Maintenance {
    const { endedAt: _ended, ...shown } = record;
    return { ...shown, next: this.#next(record, at) };
  }

  /** When it is next, at the first of its sites that has it. Sites of one zone have it together. */
  #next(record: MaintenanceRecord, at: number): Span | null {
    const zones = new Set((record.siteIds ?? this.#parts.siteIds()).map(siteId => this.#zone(siteId)));
    // Announced for all sites before there is one.
    if (zones.size === 0) zones.add('UTC');
    const within = { from: at, to: at + ('once' in record.times ? onceHorizonMs : weeklyHorizonMs) };
    const spans = [...zones].flatMap(zone => spansAt(record, zone, within).slice(0, 1));
    return spans.sort((a, b) => a.from - b.from)[0] ?? null;
  }

  /** A zone that this machine does not know is as good as none. */
  #zone(siteId: string): string {
    const zone = this.#parts.zone(siteId);
    return zone !== undefined && isZone(zone) ? zone : 'UTC';
  }

  #look(siteId: string, zone: string, at: number): Known {
    const spans = joined(this.between(siteId, { from: at, to: at + 8 * dayMs }));
    const now = spans.find(({ from, to }) => from <= at && to > at);
    const validTo = now ? now.to : Math.min(at + dayMs, ...spans.map(({ from }) => from));
    return { zone, from: at, validTo, until: now?.to ?? null };
  }
}

function concerns({ siteIds }: MaintenanceRecord, siteId: string): boolean {
  return siteIds === null || siteIds.includes(siteId);
}

/** It is not before it was announced, nor after it was ended. */
function spansAt({ times, createdAt, endedAt }: MaintenanceRecord, zone: string, within: Span): Span[] {
  // Years in which there was none of it yet are not gone through day by day.
  const lived = { from: Math.max(within.from, createdAt), to: Math.min(within.to, endedAt ?? within.to) };
  if (lived.from >= lived.to) return [];
  return spansOf(times, zone, lived)
    .map(({ from, to }) => ({ from: Math.max(from, createdAt), to: endedAt === null ? to : Math.min(to, endedAt) }))
    .filter(({ from, to }) => to > from && to > within.from && from < within.to);
}
