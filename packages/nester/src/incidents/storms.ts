import type { Severity } from '@aerie/contract';
import type { IncidentTable, StormTable } from '../store/schema.ts';
import type { Storm } from './telling.ts';

/** More than this many incidents to tell within a minute, over all sites, are a storm. */
const stormIncidents = 20;
export const minuteMs = 60_000;
/** A storm is over when a minute brings no more than this. */
const calmIncidents = 5;

/** Counts what is to be told, over all sites. */
export class Storms {
  #times: number[];
  #current: StormTable | undefined;
  readonly #newId: () => string;

  /**
   * @param times when those of the last minute were to be told
   * @param current the storm that goes on
   */
  constructor(newId: () => string, times: readonly number[], current: StormTable | undefined) {
    this.#newId = newId;
    this.#times = [...times];
    this.#current = current;
  }

  /** The one that goes on. */
  get current(): StormTable | undefined {
    return this.#current;
  }

  /** Counts an incident that is to be told. Answers whether it is one too many. */
  isOneTooMany(at: number): boolean {
    this.#forget(at);
    this.#times.push(at);
    if (!this.#current && this.#times.length > stormIncidents)
      this.#current = { storm_id: this.#newId(), began_at: this.#times[0]!, ended_at: null };
    return this.#current !== undefined;
  }

  /** Whether the storm that goes on is over. */
  isCalm(at: number): boolean {
    this.#forget(at);
    return this.#times.length <= calmIncidents;
  }

  /** That storm is over, and the end of it is kept. */
  end(): void {
    this.#current = undefined;
  }

  #forget(at: number): void {
    // A clock that was set back must not keep a storm up.
    this.#times = this.#times.filter(time => time > at - minuteMs && time <= at);
  }
}

const severities: readonly Severity[] = ['critical', 'warning', 'info'];

/** The more urgent of two. */
export function worseOf(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b;
}

/** A storm summed up, by site. */
export function summaryOf(
  { storm_id: stormId, began_at: beganAt }: StormTable,
  endedAt: number | null,
  rows: readonly Pick<IncidentTable, 'site_id' | 'severity'>[],
  nameOf: (siteId: string) => { code: string; name: string },
): Storm {
  const sites = [...Map.groupBy(rows, row => row.site_id)].map(([siteId, own]) => ({
    siteId,
    ...nameOf(siteId),
    incidents: own.length,
    severity: own.map(row => row.severity).reduce(worseOf),
  }));
  sites.sort((a, b) => b.incidents - a.incidents || a.code.localeCompare(b.code));
  return { stormId, beganAt, endedAt, severity: sites.map(site => site.severity).reduce(worseOf, 'info'), incidents: rows.length, sites };
}
