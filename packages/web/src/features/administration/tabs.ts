import type { Role } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';

/** The parts of administration, in order, and who may open each. */
export const tabs = [
  { to: '/admin/users', title: 'admin.users', group: 'people', role: 'admin' },
  { to: '/admin/invitations', title: 'admin.invitations', group: 'people', role: 'admin' },
  { to: '/admin/channels', title: 'admin.channels', group: 'people', role: 'admin' },
  { to: '/admin/connections', title: 'admin.connections', group: 'people', role: 'admin' },
  { to: '/admin/bans', title: 'admin.bans', group: 'people', role: 'admin' },
  { to: '/admin/files', title: 'admin.files', group: 'sites', role: 'technician' },
  { to: '/admin/maintenance', title: 'admin.maintenance', group: 'sites', role: 'technician' },
  { to: '/admin/notifications', title: 'admin.notifications', group: 'sites', role: 'admin' },
  { to: '/admin/audit', title: 'admin.audit', group: 'server', role: 'admin' },
  { to: '/admin/exports', title: 'admin.exports', group: 'server', role: 'technician' },
  { to: '/admin/tokens', title: 'admin.tokens', group: 'server', role: 'admin' },
  { to: '/admin/backups', title: 'admin.backups', group: 'server', role: 'admin' },
  { to: '/admin/storage', title: 'admin.storage', group: 'server', role: 'admin' },
  { to: '/admin/settings', title: 'admin.settings', group: 'server', role: 'admin' },
] as const satisfies readonly { to: string; title: string; group: 'people' | 'sites' | 'server'; role: Role }[];

export type Tab = (typeof tabs)[number];

/** The parts that somebody may open. */
export function tabsFor(role: Role): readonly Tab[] {
  return tabs.filter(tab => atLeast(role, tab.role));
}
