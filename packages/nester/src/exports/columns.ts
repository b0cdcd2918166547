import type { AuditRecord, ExportSubject, Incident, Language, UserRecord } from '@aerie/contract';
import type { ExportedDevice, ExportedMessage } from './pages.ts';

interface Column<R> {
  en: string;
  fr: string;
  cell: (record: R) => string;
}

const moment = (at: number | null | undefined) => (at == null ? '' : new Date(at).toISOString());

const users: Column<UserRecord>[] = [
  { en: 'id', fr: 'ID', cell: user => user.userId },
  { en: 'username', fr: "Nom d'utilisateur", cell: user => user.name },
  { en: 'role', fr: 'Rôle', cell: user => user.role },
  { en: 'kind', fr: 'Type', cell: user => user.kind },
  { en: 'disabled', fr: 'Fermé', cell: user => String(user.disabled) },
  { en: 'created', fr: 'Créé', cell: user => moment(user.createdAt) },
  { en: 'last_seen', fr: 'Vu', cell: user => moment(user.lastSeenAt) },
  { en: 'muted_until', fr: "Muet jusqu'au", cell: user => moment(user.mutedUntil) },
  { en: 'banned_until', fr: "Banni jusqu'au", cell: user => moment(user.bannedUntil) },
];

/** The first columns as the spreadsheets of the Classcord servers before this one had them, in either language. */
const messageId: Column<ExportedMessage> = { en: 'id', fr: 'ID', cell: message => message.messageId };
const said: Column<ExportedMessage>[] = [
  { en: 'username', fr: 'Utilisateur', cell: message => message.authorName },
  { en: 'channel', fr: 'Canal', cell: message => message.channel },
  { en: 'content', fr: 'Contenu', cell: message => message.content },
  { en: 'timestamp', fr: 'Horodatage', cell: message => moment(message.createdAt) },
];

const audit: Column<AuditRecord>[] = [
  { en: 'id', fr: 'ID', cell: record => record.auditId },
  { en: 'time', fr: 'Horodatage', cell: record => moment(record.at) },
  { en: 'actor', fr: 'Auteur', cell: record => record.actor },
  { en: 'action', fr: 'Action', cell: record => record.action },
  { en: 'subject', fr: 'Objet', cell: record => record.subject },
  { en: 'detail', fr: 'Détail', cell: record => record.detail },
  { en: 'door', fr: 'Porte', cell: record => record.door },
  { en: 'address', fr: 'Adresse', cell: record => record.address },
];

const devices: Column<ExportedDevice>[] = [
  { en: 'id', fr: 'ID', cell: device => device.deviceId },
  { en: 'site', fr: 'Site', cell: device => device.siteCode },
  { en: 'site_name', fr: 'Nom du site', cell: device => device.siteName },
  { en: 'label', fr: 'Libellé', cell: device => device.label ?? '' },
  { en: 'address', fr: 'Adresse IP', cell: device => device.address },
  { en: 'hostname', fr: 'Nom de machine', cell: device => device.hostname ?? '' },
  { en: 'mac', fr: 'MAC', cell: device => device.mac ?? '' },
  { en: 'vendor', fr: 'Fabricant', cell: device => device.vendor ?? '' },
  { en: 'os', fr: 'Système', cell: device => device.os ?? '' },
  { en: 'status', fr: 'État', cell: device => device.status },
  { en: 'open_ports', fr: 'Ports ouverts', cell: device => openPorts(device) },
  { en: 'confidence', fr: 'Confiance', cell: device => String(device.confidence) },
  { en: 'first_seen', fr: 'Vu la première fois', cell: device => moment(device.firstSeenAt) },
  { en: 'last_seen', fr: 'Vu', cell: device => moment(device.lastSeenAt) },
  { en: 'notes', fr: 'Notes', cell: device => device.notes },
];

/** `22/tcp ssh OpenSSH 9.2; 443/tcp https`. */
function openPorts({ ports }: ExportedDevice): string {
  return ports
    .filter(({ state }) => state === 'open')
    .map(({ port, protocol, service, product, version }) => [`${port}/${protocol}`, service, product, version].filter(Boolean).join(' '))
    .join('; ');
}

const incidents: Column<Incident>[] = [
  { en: 'id', fr: 'ID', cell: incident => incident.incidentId },
  { en: 'site', fr: 'Site', cell: incident => incident.siteCode },
  { en: 'site_name', fr: 'Nom du site', cell: incident => incident.siteName },
  { en: 'rule', fr: 'Règle', cell: incident => incident.rule },
  { en: 'severity', fr: 'Gravité', cell: incident => incident.severity },
  { en: 'subject', fr: 'Objet', cell: incident => incident.subject },
  { en: 'state', fr: 'État', cell: incident => incident.state },
  { en: 'opened', fr: 'Ouvert', cell: incident => moment(incident.openedAt) },
  { en: 'acknowledged', fr: 'Pris en charge', cell: incident => moment(incident.acknowledgedAt) },
  { en: 'acknowledged_by', fr: 'Par', cell: incident => incident.acknowledgedBy ?? '' },
  { en: 'assignee', fr: 'Responsable', cell: incident => incident.assignee ?? '' },
  { en: 'resolved', fr: 'Résolu', cell: incident => moment(incident.resolvedAt) },
  { en: 'folded_under', fr: 'Replié sous', cell: incident => incident.parentId ?? '' },
  { en: 'not_told', fr: 'Non signalé', cell: incident => incident.quiet ?? '' },
  { en: 'detail', fr: 'Détail', cell: incident => JSON.stringify(incident.detail) },
];

const bySubject: Record<ExportSubject, Record<Language, readonly Column<never>[]>> = {
  users: { en: users, fr: users },
  messages: { en: [messageId, ...said], fr: [...said, messageId] },
  audit: { en: audit, fr: audit },
  devices: { en: devices, fr: devices },
  incidents: { en: incidents, fr: incidents },
};

/** The columns of a CSV export, with their headings in a language. */
export function columns(subject: ExportSubject, language: Language): { heading: string; cell: (record: never) => string }[] {
  return bySubject[subject][language].map(column => ({ heading: column[language], cell: column.cell }));
}
