import type { Incident, Language } from '@aerie/contract';

interface Words {
  locale: string;
  open(probe: string, site: string): string;
  lastContact(when: string): string;
  never: string;
  acknowledged(by: string): string;
  resolved(probe: string, site: string, lasted: string): string;
}

const words: Record<Language, Words> = {
  fr: {
    locale: 'fr-FR',
    open: (probe, site) => `Incident : la sonde ${probe} du site ${site} ne répond plus.`,
    lastContact: when => `Dernier contact : ${when}.`,
    never: "Elle ne s'est jamais connectée.",
    acknowledged: by => `Pris en charge par ${by}.`,
    resolved: (probe, site, lasted) => `Résolu : la sonde ${probe} du site ${site} répond de nouveau, après ${lasted}.`,
  },
  en: {
    locale: 'en-GB',
    open: (probe, site) => `Incident: probe ${probe} of site ${site} no longer answers.`,
    lastContact: when => `Last contact: ${when}.`,
    never: 'It never connected.',
    acknowledged: by => `${by} looks after it.`,
    resolved: (probe, site, lasted) => `Resolved: probe ${probe} of site ${site} answers again, after ${lasted}.`,
  },
};

/** An incident as it is now, in a few sentences of plain text, for those who cannot show a card. */
export function incidentSentence(incident: Incident, language: Language, timeZone?: string): string {
  const say = words[language];
  const probe = oneLine(incident.subject);
  const site = `${oneLine(incident.siteName)} (${incident.siteCode})`;
  const { lastContactAt } = incident.detail;
  if (incident.resolvedAt !== null) {
    const from = typeof lastContactAt === 'number' ? lastContactAt : incident.openedAt;
    return say.resolved(probe, site, duration(incident.resolvedAt - from));
  }
  const sentences = [say.open(probe, site)];
  if (typeof lastContactAt === 'number') sentences.push(say.lastContact(moment(lastContactAt, say.locale, timeZone)));
  if (lastContactAt === null) sentences.push(say.never);
  if (incident.acknowledgedBy !== null) sentences.push(say.acknowledged(oneLine(incident.acknowledgedBy)));
  return sentences.join(' ');
}

/** A name from outside without what could break a line or turn its direction. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
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
