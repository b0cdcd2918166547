import type { Incident } from '@aerie/contract';
import { centre, namesCentre } from '@aerie/contract/centre';
import { AppError } from '@aerie/contract/errors';
import type { Connection } from './connection.ts';

/** What one does about incidents where one writes: `/ack NE on my way`, `/snooze NE/2 4h`. */
export const incidentNames = ['incident', 'ack', 'note', 'snooze'] as const;
export type IncidentName = (typeof incidentNames)[number];

const unitMs: Record<string, number> = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, j: 86_400_000 };
const longestMs = 30 * 86_400_000;

/** An incident as it is named in a line: the site, and which one of those that it has, as `/incident SITE` counts them. */
interface Named {
  siteCode: string;
  /** From 1. */
  nth: number;
}

/** What such a line asks for. */
export type TypedIncident =
  | { name: 'incident'; siteCode: string | undefined }
  | (Named & { name: 'ack'; note: string })
  | (Named & { name: 'note'; text: string })
  | (Named & { name: 'snooze'; forMs: number | null });

/** What the words behind such a command ask for; undefined when some are missing, or cannot be understood. */
export function typedIncident(name: IncidentName, rest: string): TypedIncident | undefined {
  const [, code, nth, text = ''] = /^([^\s/]+)(?:\/(\d{1,3}))?(?:\s+(.*))?$/su.exec(rest.trim()) ?? [];
  if (name === 'incident') {
    if (rest.trim() === '') return { name, siteCode: undefined };
    return code !== undefined && nth === undefined && text === '' ? { name, siteCode: code.toUpperCase() } : undefined;
  }
  if (code === undefined || nth === '0') return undefined;
  const named = { siteCode: code.toUpperCase(), nth: Number(nth ?? 1) };
  const words = text.trim();
  if (name === 'ack') return { name, ...named, note: words };
  if (name === 'note') return words === '' ? undefined : { name, ...named, text: words };
  const forMs = spanOf(words);
  return forMs === undefined ? undefined : { name, ...named, forMs };
}

/** `30m`, `4 h`, `2d` (in French also `2j`); `off` is null. */
function spanOf(text: string): number | null | undefined {
  if (/^(off|0)$/i.test(text)) return null;
  const [, count, unit] = /^(\d{1,4})\s*(m|min|h|d|j)$/i.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * unitMs[unit.toLowerCase()]!;
  return ms > 0 && ms <= longestMs ? ms : undefined;
}

/** The incidents that are not over, in the order in which they are counted; of one site or of all. @throws AppError */
export async function listTyped(connection: Pick<Connection, 'call'>, siteCode: string | undefined): Promise<Incident[]> {
  const siteId = siteCode === undefined ? undefined : await siteNamed(connection, siteCode);
  return (await connection.call('incident.list', { state: 'unresolved', ...(siteId === undefined ? {} : { siteId }) })).incidents;
}

/** Does what was asked of the incident that was named. @throws AppError */
export async function actTyped(
  connection: Pick<Connection, 'call'>,
  typed: Exclude<TypedIncident, { name: 'incident' }>,
  now = Date.now(),
): Promise<Incident> {
  const incident = (await listTyped(connection, typed.siteCode))[typed.nth - 1];
  if (!incident) throw new AppError('not_found', { thing: 'incident' });
  const { incidentId } = incident;
  switch (typed.name) {
    case 'ack':
      return (await connection.call('incident.acknowledge', { incidentId, ...(typed.note === '' ? {} : { note: typed.note }) })).incident;
    case 'note':
      return (await connection.call('incident.note', { incidentId, text: typed.text })).incident;
    case 'snooze':
      return (await connection.call('incident.snooze', { incidentId, until: typed.forMs === null ? null : now + typed.forMs })).incident;
  }
}

async function siteNamed(connection: Pick<Connection, 'call'>, siteCode: string): Promise<string> {
  const { sites } = await connection.call('site.list', {});
  const site = sites.find(({ code }) => code === siteCode);
  if (site) return site.siteId;
  if (namesCentre(siteCode)) return centre.siteId;
  throw new AppError('not_found', { thing: `site ${siteCode}` });
}
