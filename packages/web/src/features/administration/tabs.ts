/** The parts of administration, in order. */
export const tabs = [
  { to: '/admin/users', title: 'admin.users' },
  { to: '/admin/invitations', title: 'admin.invitations' },
  { to: '/admin/channels', title: 'admin.channels' },
  { to: '/admin/connections', title: 'admin.connections' },
  { to: '/admin/bans', title: 'admin.bans' },
  { to: '/admin/audit', title: 'admin.audit' },
  { to: '/admin/settings', title: 'admin.settings' },
  { to: '/admin/exports', title: 'admin.exports' },
] as const;
