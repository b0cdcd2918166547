import type { AuditRecord, ExportSubject, Language, UserRecord } from '@aerie/contract';
import type { ExportedMessage } from './pages.ts';

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

const bySubject: Record<ExportSubject, Record<Language, readonly Column<never>[]>> = {
  users: { en: users, fr: users },
  messages: { en: [messageId, ...said], fr: [...said, messageId] },
  audit: { en: audit, fr: audit },
};

/** The columns of a CSV export, with their headings in a language. */
export function columns(subject: ExportSubject, language: Language): { heading: string; cell: (record: never) => string }[] {
  return bySubject[subject][language].map(column => ({ heading: column[language], cell: column.cell }));
}
