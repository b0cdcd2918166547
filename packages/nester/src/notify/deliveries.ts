import type { Delivery, Incident } from '@aerie/contract';
import type { Told as News, Storm } from '../incidents/telling.ts';
import type { DeliveryTable } from '../store/schema.ts';
import type { RouteRecord } from './routes.ts';

/** What a courier is to tell. */
export type Tale = { kind: 'incident'; news: News; incident: Incident } | { kind: 'storm'; storm: Storm } | { kind: 'test' };

/** One thing to be told by a route. The same id is the same thing, told again. */
export interface Errand {
  deliveryId: string;
  route: RouteRecord;
  tale: Tale;
  /** When what is told became so. */
  at: number;
}

/** Brings errands to one kind of target. Telling the same errand again must do no harm. */
export interface Courier {
  /**
   * @returns what is to be remarked although it was told, such as one of several recipients who was refused
   * @throws Unreachable when the target as a whole cannot be reached; any other error when this errand was refused
   */
  tell(errand: Errand, signal: AbortSignal): Promise<string | undefined>;
}

/** The target cannot be reached now: nothing else would get there either. */
export class Unreachable extends Error {}

const firstWaitMs = 1_000;
export const longestWaitMs = 15 * 60_000;
/** Mail and webhooks are tried for so long. A channel is our own: it is told in the end. */
const triedMs = 3 * 86_400_000;

/** How long to wait after so many failures; `random` spreads those that failed together. */
export function waitMs(failures: number, random: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + random / 2);
}

/** Whether a delivery that failed once more is given up. */
export function isGivenUp({ target }: RouteRecord, { what, created_at }: DeliveryTable, now: number): boolean {
  return what === 'test' || (target.kind !== 'channel' && created_at + triedMs <= now);
}

/** What is told of all that waits in an incident’s thread, oldest first: who has not heard of it yet hears that it opened. */
export function newsOf(rows: readonly DeliveryTable[]): News {
  const last = rows.at(-1)!.what;
  if (last === 'updated' || last === 'reminder') return rows.some(({ what }) => what === 'opened') ? 'opened' : last;
  return last === 'resolved' ? 'resolved' : 'opened';
}

/** Whether a route tells that: a message in a channel lives; a mail about every note would be noise. */
export function isTold({ target }: RouteRecord, news: News): boolean {
  return target.kind !== 'mail' || news !== 'updated';
}

/** A delivery as administration shows it. */
export function deliveryOf(row: DeliveryTable, routeName: string): Delivery {
  return {
    deliveryId: row.delivery_id,
    routeId: row.route_id,
    routeName,
    incidentId: row.incident_id,
    what: row.what,
    subject: row.subject,
    state: row.state,
    attempts: row.attempts,
    createdAt: row.created_at,
    doneAt: row.done_at,
    nextAt: row.next_at,
    error: row.last_error,
  };
}

/** A delivery that waits. */
export function newDelivery(fields: {
  deliveryId: string;
  routeId: string;
  incidentId: string | null;
  thread: string;
  what: DeliveryTable['what'];
  subject: string;
  body: object;
  at: number;
}): DeliveryTable {
  return {
    delivery_id: fields.deliveryId,
    route_id: fields.routeId,
    incident_id: fields.incidentId,
    thread: fields.thread,
    what: fields.what,
    subject: fields.subject,
    body: JSON.stringify(fields.body),
    state: 'waiting',
    attempts: 0,
    created_at: fields.at,
    next_at: fields.at,
    done_at: null,
    last_error: null,
  };
}
