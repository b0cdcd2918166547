import type { IncidentRule, Language } from '@aerie/contract';

/** What the sentence of an incident is made of; all of it on one line already. */
export interface Facts {
  subject: string;
  /** Name and code. */
  site: string;
  /** `80/tcp, 443/tcp`; empty when there is none. */
  ports: string;
  hasSeveralPorts: boolean;
  service: string;
  before: string;
  after: string;
  address: string;
  ms: string;
  loss: string;
  limit: string;
  notAfter: string;
  by: string;
  /** When the newest backup was made; empty: there is none. */
  backup: string;
  hours: string;
  /** What was wrong with the last attempt; empty: nothing, or there was none. */
  problem: string;
}

type Say = (facts: Facts) => string;

interface Words {
  locale: string;
  /** What is wrong, and that it is so no longer. */
  rules: Record<IncidentRule, { is: Say; was: Say }>;
  open: (is: string) => string;
  over: (was: string, lasted: string) => string;
  closedBy: (name: string, lasted: string, is: string) => string;
  expired: (is: string) => string;
  unwatched: (is: string) => string;
  lastContact: (when: string) => string;
  never: string;
  acknowledged: (by: string) => string;
  assigned: (to: string) => string;
  paused: (firings: number) => string;
  folded: (count: number) => string;
}

const arrow = ({ before, after }: Facts, colon: string) =>
  before !== '' || after !== '' ? `${colon}${before || '?'} → ${after || '?'}` : '';
const inBrackets = (text: string) => (text === '' ? '' : ` (${text})`);

const en: Words = {
  locale: 'en-GB',
  rules: {
    'probe.silent': {
      is: ({ subject, site }) => `probe ${subject} of site ${site} no longer answers`,
      was: ({ subject, site }) => `probe ${subject} of site ${site} answers again`,
    },
    'wan.latency': {
      is: ({ site, ms, limit }) => `the WAN of site ${site} is slow: ${ms}, more than ${limit}`,
      was: ({ site }) => `the WAN of site ${site} is quick again`,
    },
    'wan.loss': {
      is: ({ site, loss, limit }) => `the WAN of site ${site} loses ${loss} of the packets, more than ${limit}`,
      was: ({ site }) => `the WAN of site ${site} loses no more than usual`,
    },
    'device.gone': {
      is: ({ subject, site, address }) => `device ${subject}${inBrackets(address)} of site ${site} no longer answers`,
      was: ({ subject, site, address }) => `device ${subject}${inBrackets(address)} of site ${site} answers again`,
    },
    'device.new': {
      is: ({ subject, site, address }) => `new device ${subject}${inBrackets(address)} at site ${site}`,
      was: ({ subject, site, address }) => `new device ${subject}${inBrackets(address)} at site ${site}`,
    },
    'device.address': {
      is: facts => `device ${facts.subject} of site ${facts.site} has another address${arrow(facts, ': ')}`,
      was: ({ subject, site }) => `device ${subject} of site ${site} had another address`,
    },
    'port.opened': {
      is: ({ subject, site, ports, hasSeveralPorts, service }) =>
        `${hasSeveralPorts ? 'ports' : 'port'} ${ports}${hasSeveralPorts ? '' : inBrackets(service)} opened on ${subject} at site ${site}`,
      was: ({ subject, site, ports, hasSeveralPorts }) =>
        `${hasSeveralPorts ? 'ports' : 'port'} ${ports} closed again on ${subject} at site ${site}`,
    },
    'port.closed': {
      is: ({ subject, site, ports, hasSeveralPorts, service }) =>
        `${hasSeveralPorts ? 'ports' : 'port'} ${ports}${hasSeveralPorts ? '' : inBrackets(service)} closed on ${subject} at site ${site}`,
      was: ({ subject, site, ports, hasSeveralPorts }) =>
        `${hasSeveralPorts ? 'ports' : 'port'} ${ports} open again on ${subject} at site ${site}`,
    },
    'service.changed': {
      is: facts => `another service answers on ${facts.subject}${inBrackets(facts.ports)} at site ${facts.site}${arrow(facts, ': ')}`,
      was: ({ subject, site, ports }) => `another service answered on ${subject}${inBrackets(ports)} at site ${site}`,
    },
    'certificate.expiring': {
      is: ({ subject, site, ports, notAfter }) => `a certificate of ${subject}${inBrackets(ports)} at site ${site} ends on ${notAfter}`,
      was: ({ subject, site, ports }) => `the certificate of ${subject}${inBrackets(ports)} at site ${site} was renewed`,
    },
    'backup.late': {
      is: ({ backup, hours, problem }) =>
        `no backup of Nester came for more than ${hours} h: ${backup === '' ? 'there is none' : `the newest is of ${backup}`}${problem === '' ? '' : `; the last attempt failed: ${problem}`}`,
      was: () => 'Nester is backed up again',
    },
    test: {
      is: ({ site, by }) => `test at site ${site}, raised by ${by}; nothing is wrong`,
      was: ({ site, by }) => `test at site ${site}, raised by ${by}`,
    },
  },
  open: is => `Incident: ${is}.`,
  over: (was, lasted) => `Resolved: ${was}, after ${lasted}.`,
  closedBy: (name, lasted, is) => `Closed by ${name} after ${lasted}: ${is}.`,
  expired: is => `Closed by itself: ${is}.`,
  unwatched: is => `No longer watched: ${is}.`,
  lastContact: when => `Last contact: ${when}.`,
  never: 'It never connected.',
  acknowledged: by => `${by} looks after it.`,
  assigned: to => `It is for ${to}.`,
  paused: firings => `It comes and goes: ${firings} times within two hours. Nobody is told until it is calm.`,
  folded: count => (count === 1 ? 'It explains one other incident.' : `It explains ${count} other incidents.`),
};

const fr: Words = {
  locale: 'fr-FR',
  rules: {
    'probe.silent': {
      is: ({ subject, site }) => `la sonde ${subject} du site ${site} ne répond plus`,
      was: ({ subject, site }) => `la sonde ${subject} du site ${site} répond de nouveau`,
    },
    'wan.latency': {
      is: ({ site, ms, limit }) => `le WAN du site ${site} est lent : ${ms}, au-delà de ${limit}`,
      was: ({ site }) => `la latence WAN du site ${site} est redevenue normale`,
    },
    'wan.loss': {
      is: ({ site, loss, limit }) => `le WAN du site ${site} perd ${loss} des paquets, au-delà de ${limit}`,
      was: ({ site }) => `les pertes du WAN du site ${site} sont redevenues normales`,
    },
    'device.gone': {
      is: ({ subject, site, address }) => `l’équipement ${subject}${inBrackets(address)} du site ${site} ne répond plus`,
      was: ({ subject, site, address }) => `l’équipement ${subject}${inBrackets(address)} du site ${site} répond de nouveau`,
    },
    'device.new': {
      is: ({ subject, site, address }) => `nouvel équipement ${subject}${inBrackets(address)} sur le site ${site}`,
      was: ({ subject, site, address }) => `nouvel équipement ${subject}${inBrackets(address)} sur le site ${site}`,
    },
    'device.address': {
      is: facts => `l’équipement ${facts.subject} du site ${facts.site} a changé d’adresse${arrow(facts, ' : ')}`,
      was: ({ subject, site }) => `l’équipement ${subject} du site ${site} avait changé d’adresse`,
    },
    'port.opened': {
      is: ({ subject, site, ports, hasSeveralPorts, service }) =>
        `${hasSeveralPorts ? `ports ${ports} ouverts` : `port ${ports}${inBrackets(service)} ouvert`} sur ${subject}, site ${site}`,
      was: ({ subject, site, ports, hasSeveralPorts }) =>
        `${hasSeveralPorts ? `ports ${ports} refermés` : `port ${ports} refermé`} sur ${subject}, site ${site}`,
    },
    'port.closed': {
      is: ({ subject, site, ports, hasSeveralPorts, service }) =>
        `${hasSeveralPorts ? `ports ${ports} fermés` : `port ${ports}${inBrackets(service)} fermé`} sur ${subject}, site ${site}`,
      was: ({ subject, site, ports, hasSeveralPorts }) =>
        `${hasSeveralPorts ? `ports ${ports} rouverts` : `port ${ports} rouvert`} sur ${subject}, site ${site}`,
    },
    'service.changed': {
      is: facts => `un autre service répond sur ${facts.subject}${inBrackets(facts.ports)}, site ${facts.site}${arrow(facts, ' : ')}`,
      was: ({ subject, site, ports }) => `un autre service répondait sur ${subject}${inBrackets(ports)}, site ${site}`,
    },
    'certificate.expiring': {
      is: ({ subject, site, ports, notAfter }) => `un certificat de ${subject}${inBrackets(ports)}, site ${site}, prend fin le ${notAfter}`,
      was: ({ subject, site, ports }) => `le certificat de ${subject}${inBrackets(ports)}, site ${site}, a été renouvelé`,
    },
    'backup.late': {
      is: ({ backup, hours, problem }) =>
        `aucune sauvegarde de Nester depuis plus de ${hours} h : ${backup === '' ? 'il n’y en a pas' : `la dernière date du ${backup}`}${problem === '' ? '' : ` ; échec de la dernière tentative : ${problem}`}`,
      was: () => 'Nester est de nouveau sauvegardé',
    },
    test: {
      is: ({ site, by }) => `essai sur le site ${site}, déclenché par ${by} ; tout va bien`,
      was: ({ site, by }) => `essai sur le site ${site}, déclenché par ${by}`,
    },
  },
  open: is => `Incident : ${is}.`,
  over: (was, lasted) => `Résolu : ${was}, après ${lasted}.`,
  closedBy: (name, lasted, is) => `Clos par ${name} après ${lasted} : ${is}.`,
  expired: is => `Clos d’office : ${is}.`,
  unwatched: is => `N’est plus surveillé : ${is}.`,
  lastContact: when => `Dernier contact : ${when}.`,
  never: "Elle ne s'est jamais connectée.",
  acknowledged: by => `Pris en charge par ${by}.`,
  assigned: to => `Confié à ${to}.`,
  paused: firings => `Il va et vient : ${firings} fois en deux heures. Il ne sera plus annoncé tant qu’il ne se calme pas.`,
  folded: count => (count === 1 ? 'Il explique un autre incident.' : `Il explique ${count} autres incidents.`),
};

/** The words of each language. */
export const incidentWords: Record<Language, Words> = { fr, en };
