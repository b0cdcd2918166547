import type { Incident, Language } from '@aerie/contract';
import { type Facts, incidentWords } from './words.ts';

/** An incident as it is now, in a few sentences of plain text, for those who cannot show a card. */
export function incidentSentence(incident: Incident, language: Language, timeZone?: string): string {
  const say = incidentWords[language];
  const facts = factsOf(incident, say.locale, timeZone);
  const { is, was } = say.rules[incident.rule];
  const { detail, openedAt, resolvedAt, resolvedBy } = incident;
  const { lastContactAt } = detail;
  if (resolvedAt !== null) {
    const lasted = duration(resolvedAt - (typeof lastContactAt === 'number' ? lastContactAt : openedAt));
    if (resolvedBy !== null) return say.closedBy(oneLine(resolvedBy), lasted, is(facts));
    if (detail.unwatched === 1) return say.unwatched(is(facts));
    return detail.expired === 1 ? say.expired(incident.rule === 'test' ? was(facts) : is(facts)) : say.over(was(facts), lasted);
  }
  const sentences = [say.open(is(facts))];
  if (typeof lastContactAt === 'number') sentences.push(say.lastContact(moment(lastContactAt, say.locale, timeZone)));
  if (lastContactAt === null) sentences.push(say.never);
  if (incident.folded > 0) sentences.push(say.folded(incident.folded));
  if (incident.pausedUntil !== null) sentences.push(say.paused(incident.firings));
  if (incident.acknowledgedBy !== null) sentences.push(say.acknowledged(oneLine(incident.acknowledgedBy)));
  if (incident.assignee !== null && incident.assignee !== incident.acknowledgedBy) sentences.push(say.assigned(oneLine(incident.assignee)));
  return sentences.join(' ');
}

function factsOf({ subject, siteName, siteCode, rule, detail }: Incident, locale: string, timeZone: string | undefined): Facts {
  const text = (name: string) => (detail[name] == null ? '' : oneLine(String(detail[name])));
  const percent = (name: string) =>
    typeof detail[name] === 'number'
      ? new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(detail[name])
      : '?';
  const ms = (name: string) =>
    typeof detail[name] === 'number' ? `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(detail[name])} ms` : '?';
  return {
    subject: oneLine(subject),
    site: `${oneLine(siteName)} (${siteCode})`,
    ports: text('ports'),
    hasSeveralPorts: text('ports').includes(','),
    service: text('service'),
    before: text('before'),
    after: text('after'),
    // A device without a name is called by its address.
    address: text('address') === oneLine(subject) ? '' : text('address'),
    ms: ms('ms'),
    loss: percent('loss'),
    limit: rule === 'wan.latency' ? ms('aboveMs') : percent('above'),
    notAfter: typeof detail.notAfter === 'number' ? day(detail.notAfter, locale, timeZone) : '?',
    by: text('by'),
    backup: typeof detail.lastBackupAt === 'number' ? moment(detail.lastBackupAt, locale, timeZone) : '',
    hours: text('lateAfterHours'),
    problem: text('problem'),
  };
}

/** A name from outside without what could break a line or turn its direction. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function day(at: number, locale: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone }).format(at);
}

function moment(at: number, locale: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(locale, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(at);
}

/** The two largest units: `2 h 05 min`. The signs are the same in both languages. */
function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  const pad = (n: number) => String(n).padStart(2, '0');
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min ${pad(s % 60)} s`;
  const hours = Math.floor(s / 3_600);
  if (hours < 48) return `${hours} h ${pad(Math.floor((s % 3_600) / 60))} min`;
  return `${Math.floor(hours / 24)} × 24 h ${pad(hours % 24)} h`;
}
