import type { Draft } from './draft.ts';
import type { IncidentRecord } from './records.ts';
import { isOfDevice, needsLink } from './verdicts.ts';

type Site = Pick<Draft, 'incidents' | 'isDark' | 'isFrozen'>;

/**
 * The incident that explains another one: the silence of all probes explains everything behind them, a loss of the link its
 * latency, the absence of a device what became of its ports. After a silence, what was explained by it stays so until a
 * report shows how things are.
 */
export function causeOf(record: IncidentRecord, site: Site): IncidentRecord | undefined {
  if (record.rule === 'test') return undefined;
  if (site.isDark) {
    const head = firstSilence(site);
    if (head && head.incidentId !== record.incidentId) return head;
    if (!needsLink(record.rule)) return undefined;
  }
  const other =
    record.rule === 'wan.latency'
      ? site.incidents.get(`wan.loss:${record.subjectId}`)
      : isOfDevice(record.rule) && record.rule !== 'device.gone'
        ? site.incidents.get(`device.gone:${record.subjectId}`)
        : undefined;
  return other && other.parentId === null ? other : undefined;
}

/** False when no incident explains another one or was explained by one, as mostly: then nobody need ask of each. */
export function mayHaveCauses(site: Site): boolean {
  for (const { rule, parentId } of site.incidents.values())
    if (rule === 'device.gone' || rule === 'wan.loss' || parentId !== null) return true;
  return site.isDark;
}

/** Whether an incident must stay folded although its cause is over: nothing is known of it yet. */
export function isStillUnknown(record: IncidentRecord, site: Site): boolean {
  return record.parentId !== null && site.isFrozen(record.rule);
}

function firstSilence({ incidents }: Site): IncidentRecord | undefined {
  let first: IncidentRecord | undefined;
  for (const record of incidents.values())
    if (
      record.rule === 'probe.silent' &&
      (!first || record.openedAt < first.openedAt || (record.openedAt === first.openedAt && record.incidentId < first.incidentId))
    )
      first = record;
  return first;
}
