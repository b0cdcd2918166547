import type { Role } from '@aerie/contract';
import { roles } from '@aerie/contract/roles';
import type { Figures } from '../../i18n/figures.ts';
import type { Times } from '../../i18n/times.ts';
import type { Key, Translate } from '../../i18n/translate.ts';
import { incidentRules } from '../incidents/addresses.ts';

/** Acts that have words of their own; another one stands as its name. */
const acts = [
  'address.ban',
  'address.unban',
  'backup.restore',
  'channel.create',
  'channel.update',
  'connection.close',
  'delivery.retry',
  'device.forget',
  'device.merge',
  'device.split',
  'device.update',
  'diagnostic.cancel',
  'diagnostic.start',
  'export.audit',
  'export.devices',
  'export.incidents',
  'export.messages',
  'export.users',
  'import.classcord',
  'incident.acknowledge',
  'incident.assign',
  'incident.note',
  'incident.resolve',
  'incident.snooze',
  'incident.test',
  'intake.assign',
  'intake.discard',
  'intake.retry',
  'intake.take',
  'invitation.create',
  'invitation.revoke',
  'mail.set',
  'mail.test',
  'maintenance.create',
  'maintenance.end',
  'member.add',
  'member.remove',
  'message.delete',
  'probe.code',
  'probe.enrol',
  'probe.revoke',
  'probe.separate',
  'route.create',
  'route.remove',
  'route.test',
  'route.update',
  'secret.rotate',
  'server.announce',
  'server.stop',
  'setup.complete',
  'setup.renew',
  'site.create',
  'site.setPolicy',
  'site.update',
  'token.create',
  'token.revoke',
  'user.ban',
  'user.create',
  'user.disable',
  'user.enable',
  'user.endSessions',
  'user.import',
  'user.kick',
  'user.mute',
  'user.setPassword',
  'user.setRole',
  'user.unban',
  'user.unmute',
] as const;

const details = [
  'address',
  'archived',
  'asked',
  'becomes',
  'by',
  'bytes',
  'changed',
  'channel',
  'channels',
  'days',
  'door',
  'expiresAt',
  'forgotten',
  'format',
  'from',
  'hosts',
  'invited',
  'kind',
  'label',
  'length',
  'merged',
  'messages',
  'minRole',
  'minutes',
  'name',
  'on',
  'port',
  'postRole',
  'ranges',
  'reason',
  'refused',
  'resealed',
  'role',
  'route',
  'scopes',
  'sent',
  'site',
  'sites',
  'split',
  'state',
  'times',
  'tls',
  'to',
  'topic',
  'until',
  'user',
  'users',
  'version',
  'wanTargets',
  'where',
] as const;

interface Words {
  t: Translate;
  times: Times;
  figures: Figures;
}

/** What was done, in words. */
export function actWords(action: string, t: Translate): string {
  const known = acts.find(each => each === action);
  return known ? t(`act.${known}`) : action;
}

/** Subjects that are no name. */
const subjects: Record<string, Key> = {
  all: 'act.on.all',
  'class list': 'act.on.list',
  'setup link': 'act.on.link',
  server: 'act.on.server',
};
/** Acts on such a subject; elsewhere somebody may be called so. */
const onNoName = /^(?:export|import|server|setup)\.|^user\.import$/;

/** Of an incident the audit keeps the site, the rule and what it is about. */
const incidentSubject = /^(\S+) (\S+) (.*)$/s;

/** On whom or what it was done. */
export function subjectWords({ action, subject }: { action: string; subject: string }, t: Translate): string {
  const [, code, rule, about] = action.startsWith('incident.') ? (incidentSubject.exec(subject) ?? []) : [];
  const watched = incidentRules.find(each => each === rule);
  if (watched) return `${code} · ${t(`rule.${watched}`)} · ${about}`;
  const known = onNoName.test(action) && Object.hasOwn(subjects, subject) ? subjects[subject] : undefined;
  return known ? t(known) : subject;
}

/** Who did it. Whoever has no account stands in parentheses, which no name may hold. */
export function actorWords(actor: string, t: Translate): string {
  return actor === '(local)' ? t('act.by.local') : actor === '(anyone)' ? t('act.by.anyone') : actor;
}

/** A record's detail as people read it: "role: Member, ends: 22 Nov 2026, 14:05", without ids; what is no object stands as it is. */
export function detailWords(detail: string, words: Words): string {
  let value: unknown;
  try {
    value = JSON.parse(detail);
  } catch {
    return detail;
  }
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  const parts: string[] = [];
  for (const [key, each] of Object.entries(value)) {
    // The moment when a mute or a ban ends says as much as how long it lasts.
    if (key.endsWith('Id') || each === '' || each === null || (key === 'minutes' && 'until' in value)) continue;
    // `kind` is that of a channel, or by what a route tells.
    const named = key === 'kind' && isRouteKind(each) ? 'by' : key;
    const known = details.find(name => name === named);
    parts.push(words.t('act.detail', { what: known ? words.t(`act.detail.${known}`) : key, value: valueWords(key, each, words) }));
  }
  return parts.join(', ');
}

const routeKinds = ['channel', 'mail', 'webhook'] as const;
const fates = ['waiting', 'sent', 'failed'] as const;
const fileStates = ['taken', 'unassigned', 'quarantined', 'discarded'] as const;

function isRouteKind(value: unknown): boolean {
  return routeKinds.some(each => each === value);
}

/** When maintenance is, out of its kept form. */
function timesWords(json: string): string {
  try {
    const { once, weekly } = JSON.parse(json) as Record<string, { from: string; to: string } | undefined>;
    const span = once ?? weekly;
    return span ? `${span.from.replace('T', ' ')} – ${span.to.replace('T', ' ')}` : json;
  } catch {
    return json;
  }
}

function valueWords(key: string, value: unknown, { t, times, figures }: Words): string {
  if (typeof value === 'boolean') return t(value ? 'act.yes' : 'act.no');
  if (typeof value === 'number') {
    if (key === 'minutes') return figures.span(value * 60_000);
    // Only moments are this great: milliseconds since 1970.
    return value > 1e12 ? times.short(value) : String(value);
  }
  const role = roles.find((each): each is Role => each === value);
  if (role) return t(`role.${role}`);
  const kind = key === 'kind' && routeKinds.find(each => each === value);
  if (kind) return t(`routes.kind.${kind}`);
  const fate = key === 'state' && fates.find(each => each === value);
  if (fate) return t(`fate.${fate}`);
  const file = key === 'becomes' && fileStates.find(each => each === value);
  if (file) return t(`files.state.${file}`);
  if (key === 'times' && typeof value === 'string') return timesWords(value);
  if (key === 'sites' && value === 'all') return t('maintenance.everywhere');
  if (value === 'public' || value === 'private') return t(`create.${value}`);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
