import type { Incident } from '@aerie/contract';
import type { Figures } from '../../i18n/figures.ts';
import type { Times } from '../../i18n/times.ts';
import type { Translate } from '../../i18n/translate.ts';

/** What sentences are made with. */
export interface Words {
  t: Translate;
  times: Times;
  figures: Figures;
}

/** In words, what is or was wrong. */
export function incidentSentence({ rule, subject, state }: Incident, t: Translate): string {
  return state === 'resolved' ? t(`incident.was.${rule}`, { subject }) : t(`incident.is.${rule}`, { subject });
}

/** For how long it has been so, or how long it lasted. */
export function incidentSpan({ openedAt, resolvedAt }: Incident, now: number, t: Translate, { span }: Figures): string {
  return resolvedAt === null
    ? t('incident.for', { span: span(now - openedAt) })
    : t('incident.lasted', { span: span(resolvedAt - openedAt) });
}

/** The figures behind it, each in a few words. What a device calls itself is only text. */
export function incidentFigures({ detail, rule }: Incident, now: number, { t, times, figures }: Words): string[] {
  const said: string[] = [];
  const { lastContactAt, ms, aboveMs, loss, above, address, before, after, ports, service, notAfter, by } = detail;
  if (rule === 'probe.silent') {
    if (typeof lastContactAt === 'number') said.push(t('incident.detail.contact', { at: times.near(lastContactAt, now) }));
    else if (lastContactAt === null) said.push(t('incident.detail.never'));
  }
  if (typeof ms === 'number' && typeof aboveMs === 'number')
    said.push(t('incident.detail.latency', { figure: figures.latency(ms), limit: figures.latency(aboveMs) }));
  if (typeof loss === 'number' && typeof above === 'number')
    said.push(t('incident.detail.loss', { figure: figures.percent(loss), limit: figures.percent(above) }));
  if (typeof ports === 'string') said.push(t('incident.detail.ports', { ports }));
  if (typeof service === 'string' && service !== '') said.push(service);
  if (typeof before === 'string' || typeof after === 'string')
    said.push(t('incident.detail.changed', { before: before ?? '–', after: after ?? '–' }));
  if (typeof notAfter === 'number') said.push(t('incident.detail.expires', { when: times.dayYear(notAfter) }));
  if (typeof address === 'string') said.push(t('incident.detail.address', { address }));
  if (rule === 'backup.late') {
    const { lastBackupAt, lateAfterHours, problem } = detail;
    said.push(
      typeof lastBackupAt === 'number' ? t('incident.detail.backup', { at: times.near(lastBackupAt, now) }) : t('incident.detail.noBackup'),
    );
    if (typeof lateAfterHours === 'number') said.push(t('incident.detail.lateAfter', { span: figures.length(lateAfterHours * 3_600_000) }));
    if (typeof problem === 'string') said.push(t('incident.detail.problem', { problem }));
  }
  if (rule === 'test' && typeof by === 'string') said.push(t('incident.detail.raised', { name: by }));
  return said;
}

/** In words, who looks or looked after it; nothing when it ended before anybody did. */
export function incidentKeeper({ state, acknowledgedBy, assignee }: Incident, t: Translate): string | undefined {
  if (assignee !== null && assignee !== acknowledgedBy) return t('incident.assigned', { name: assignee });
  if (acknowledgedBy === null) {
    if (assignee !== null) return t('incident.assigned', { name: assignee });
    return state === 'open' ? t('incident.nobody') : undefined;
  }
  return state === 'resolved' ? t('incident.hadBy', { name: acknowledgedBy }) : t('incident.by', { name: acknowledgedBy });
}

/** Why nobody was told of it, or is reminded of it now; nothing where people were. */
export function incidentQuiet({ quiet, snoozedUntil, state }: Incident, now: number, { t, times }: Words): string | undefined {
  if (state !== 'resolved' && snoozedUntil !== null && snoozedUntil > now)
    return t('incident.snoozed', { when: times.near(snoozedUntil, now) });
  return quiet === null ? undefined : t(`incident.quiet.${quiet}`);
}
