import type { Incident, Language } from '@aerie/contract';
import { incidentSentence } from '../incidents/sentences.ts';
import type { Errand, Tale } from './deliveries.ts';
import type { Mail } from './mail-server.ts';
import { oneLine } from './one-line.ts';
import type { TellableSite } from './routes.ts';
import { stormText } from './storms.ts';
import { incidentHeadline, severityWords } from './words.ts';

const words = {
  fr: {
    locale: 'fr-FR',
    site: 'Site',
    severity: 'Gravité',
    since: 'Depuis',
    until: 'Jusqu’à',
    holder: 'Pris en charge par',
    colon: ' : ',
    reminder: 'Rappel : personne ne s’en occupe encore.',
    open: 'Ouvrir l’incident',
    openAll: 'Voir les incidents',
    storm: 'Avalanche d’incidents',
    test: 'Essai d’Aerie',
    testText: 'Ceci est un essai : les incidents arriveront à cette adresse.',
    why: (route: string) =>
      `Vous recevez ce message parce que la destination « ${route} » d’Aerie vous écrit. Un administrateur peut la modifier.`,
    whyTest: 'Vous recevez ce message parce qu’un administrateur d’Aerie essaie le serveur de messagerie.',
  },
  en: {
    locale: 'en-GB',
    site: 'Site',
    severity: 'Severity',
    since: 'Since',
    until: 'Until',
    holder: 'Looked after by',
    colon: ': ',
    reminder: 'Reminder: nobody looks after it yet.',
    open: 'Open the incident',
    openAll: 'Show the incidents',
    storm: 'Storm of incidents',
    test: 'Test from Aerie',
    testText: 'This is a test: incidents will come to this address.',
    why: (route: string) => `You get this because the route “${route}” of Aerie writes to you. An administrator can change it.`,
    whyTest: 'You get this because an administrator of Aerie tries the mail server.',
  },
} satisfies Record<Language, unknown>;

/** What stands in a message, before it is put into text or HTML. */
interface Content {
  subject: string;
  lines: readonly string[];
  facts: readonly (readonly [string, string])[];
  link: { url: string; says: string } | undefined;
  why: string;
}

/** An errand as a message. One incident, one thread: all that is told of it refers to the same id. */
export function mailOf(
  { deliveryId, route, tale }: Errand,
  { publicUrl, site }: { publicUrl: string; site: (siteId: string) => TellableSite | undefined },
): Omit<Mail, 'to'> {
  const { language, name } = route.row;
  const say = words[language];
  const host = hostOf(publicUrl);
  const content: Content = { ...contentOf(tale, language, publicUrl, site), why: say.why(oneLine(name)) };
  return { ...rendered(content, language), messageId: `${deliveryId}@${host}`, thread: threadOf(tale, host) };
}

/** A message that tries the mail server. */
export function testMail(id: string, language: Language, publicUrl: string): Omit<Mail, 'to'> {
  const say = words[language];
  const content: Content = { ...contentOf({ kind: 'test' }, language, publicUrl, () => undefined), why: say.whyTest };
  return { ...rendered(content, language), messageId: `${id}@${hostOf(publicUrl)}`, thread: undefined };
}

function contentOf(
  tale: Tale,
  language: Language,
  publicUrl: string,
  site: (siteId: string) => TellableSite | undefined,
): Omit<Content, 'why'> {
  const say = words[language];
  if (tale.kind === 'test') return { subject: say.test, lines: [say.testText], facts: [], link: undefined };
  if (tale.kind === 'storm') {
    const link = { url: `${publicUrl}/incidents`, says: say.openAll };
    return { subject: say.storm, lines: stormText(tale.storm, language).split('\n'), facts: [], link };
  }
  const { incident, news } = tale;
  const zone = site(incident.siteId)?.zone;
  const sentence = incidentSentence(incident, language, zone);
  return {
    // The same words while it lasts: mail programs put what differs into another conversation.
    subject: (news === 'opened' ? '' : 'Re: ') + incidentHeadline(incident, language),
    lines: news === 'reminder' ? [sentence, say.reminder] : [sentence],
    facts: factsOf(incident, language, zone),
    link: { url: `${publicUrl}/incidents/${encodeURIComponent(incident.incidentId)}`, says: say.open },
  };
}

function factsOf(incident: Incident, language: Language, zone: string | undefined): [string, string][] {
  const say = words[language];
  const facts: [string, string][] = [
    [say.site, `${oneLine(incident.siteName)} (${incident.siteCode})`],
    [say.severity, severityWords[language][incident.severity]],
    [say.since, moment(incident.openedAt, say.locale, zone)],
  ];
  if (incident.resolvedAt !== null) facts.push([say.until, moment(incident.resolvedAt, say.locale, zone)]);
  const holder = incident.assignee ?? incident.acknowledgedBy;
  if (holder !== null) facts.push([say.holder, oneLine(holder)]);
  return facts;
}

function rendered({ subject, lines, facts, link, why }: Content, language: Language): { subject: string; text: string; html: string } {
  const { colon } = words[language];
  const text = [
    lines.join('\n'),
    ...(facts.length > 0 ? [facts.map(([name, value]) => `${name}${colon}${value}`).join('\n')] : []),
    ...(link ? [`${link.says}${colon}${link.url}`] : []),
    `-- \n${why}`,
  ].join('\n\n');
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" style="padding:0 16px 4px 0;font-weight:normal;color:#556">${html(name)}</th><td style="padding:0 0 4px">${html(value)}</td></tr>`,
  );
  const body = [
    ...lines.map(line => `<p style="margin:0 0 12px">${html(line)}</p>`),
    ...(rows.length > 0
      ? [`<table role="presentation" style="margin:0 0 12px;border-collapse:collapse;font-size:14px">${rows.join('')}</table>`]
      : []),
    ...(link ? [`<p style="margin:0 0 24px"><a href="${html(link.url)}">${html(link.says)}</a></p>`] : []),
    `<p style="margin:0;color:#556;font-size:12px">${html(why)}</p>`,
  ];
  return {
    subject: oneLine(subject),
    text: `${text}\n`,
    html: `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${html(subject)}</title></head><body style="font-family:sans-serif;font-size:15px;line-height:1.4">${body.join('\n')}</body></html>\n`,
  };
}

function threadOf(tale: Tale, host: string): string | undefined {
  if (tale.kind === 'incident') return `incident.${tale.incident.incidentId}@${host}`;
  return tale.kind === 'storm' ? `storm.${tale.storm.stormId}@${host}` : undefined;
}

/** What stands behind the @ of our ids. An address in brackets is not taken everywhere. */
function hostOf(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return /^[a-z0-9.-]+$/i.test(hostname) ? hostname : 'aerie.invalid';
}

function moment(at: number, locale: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', timeZone }).format(at);
}

/** Text as it stands in HTML, in attributes too. */
function html(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return value.replace(/[&<>"']/g, sign => entities[sign]!);
}
