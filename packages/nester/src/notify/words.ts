import type { Incident, IncidentRule, Language, Severity } from '@aerie/contract';
import { oneLine } from './one-line.ts';

/** What is watched, as a subject line names it. */
const rules: Record<Language, Record<IncidentRule, string>> = {
  fr: {
    'probe.silent': 'Sonde muette',
    'wan.latency': 'Latence WAN',
    'wan.loss': 'Pertes WAN',
    'device.gone': 'Équipement disparu',
    'device.new': 'Nouvel équipement',
    'device.address': 'Adresse changée',
    'port.opened': 'Port ouvert',
    'port.closed': 'Port fermé',
    'service.changed': 'Service modifié',
    'certificate.expiring': 'Certificat bientôt expiré',
    'backup.late': 'Sauvegarde en retard',
    test: 'Test',
  },
  en: {
    'probe.silent': 'Silent probe',
    'wan.latency': 'WAN latency',
    'wan.loss': 'WAN loss',
    'device.gone': 'Device gone',
    'device.new': 'New device',
    'device.address': 'Address changed',
    'port.opened': 'Port opened',
    'port.closed': 'Port closed',
    'service.changed': 'Service changed',
    'certificate.expiring': 'Certificate expiring',
    'backup.late': 'Backup late',
    test: 'Test',
  },
};

export const severityWords: Record<Language, Record<Severity, string>> = {
  fr: { critical: 'critique', warning: 'avertissement', info: 'information' },
  en: { critical: 'critical', warning: 'warning', info: 'information' },
};

const subjectChars = 150;

/** What an incident is about, in a few words that stay the same while it lasts: `[NE] Silent probe: vm-1`. */
export function incidentHeadline({ siteCode, rule, subject }: Pick<Incident, 'siteCode' | 'rule' | 'subject'>, language: Language): string {
  const colon = language === 'fr' ? ' : ' : ': ';
  return oneLine(`[${siteCode}] ${rules[language][rule]}${subject === '' ? '' : colon}${subject}`).slice(0, subjectChars);
}
