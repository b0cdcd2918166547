import type { Incident } from '@aerie/contract';
import type { Figures } from '../../i18n/figures.ts';
import type { Times } from '../../i18n/times.ts';
import type { Translate } from '../../i18n/translate.ts';

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

/** The figures behind it, in words; nothing when there are none. */
export function incidentDetail({ detail }: Incident, t: Translate, times: Times): string | undefined {
  const { lastContactAt } = detail;
  return typeof lastContactAt === 'number' ? t('incident.heard', { at: times.clock(lastContactAt) }) : undefined;
}

/** In words, who looks or looked after it; nothing when it ended before anybody did. */
export function incidentKeeper({ state, acknowledgedBy: name }: Incident, t: Translate): string | undefined {
  if (name === null) return state === 'open' ? t('incident.nobody') : undefined;
  return state === 'resolved' ? t('incident.hadBy', { name }) : t('incident.by', { name });
}
