import { Link, Navigate, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useMe } from '../../app/context.ts';
import { useNarrow } from '../../app/use-media.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank } from '../../ui/blank.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, MenuChoice } from '../../ui/menu.tsx';
import styles from './page.module.css';
import { type Tab, tabsFor } from './tabs.ts';

export { AuditTab } from './parts/audit-tab.tsx';
export { BackupsTab } from './parts/backups-tab.tsx';
export { BansTab } from './parts/bans-tab.tsx';
export { ChannelsTab } from './parts/channels-tab.tsx';
export { ConnectionsTab } from './parts/connections-tab.tsx';
export { ExportsTab } from './parts/exports-tab.tsx';
export { FilesTab } from './parts/files-tab.tsx';
export { InvitationsTab } from './parts/invitations-tab.tsx';
export { MaintenanceTab } from './parts/maintenance-tab.tsx';
export { NotificationsTab } from './parts/notifications-tab.tsx';
export { SettingsTab } from './parts/settings-tab.tsx';
export { StorageTab } from './parts/storage-tab.tsx';
export { TokensTab } from './parts/tokens-tab.tsx';
export { UsersTab } from './parts/users-tab.tsx';

const groups = ['people', 'sites', 'server'] as const;

/** Opens the first part that one may open. */
export function FirstTab() {
  const me = useMe();
  const [first] = tabsFor(me.role);
  return first ? <Navigate to={first.to} replace /> : null;
}

/** Who may come in, with what rights, what waits and is told of the sites, and what the server keeps; each sees the parts that are theirs. */
export function AdministrationPage() {
  const { t } = useText();
  const me = useMe();
  const narrow = useNarrow();
  const { pathname } = useLocation();
  const open = tabsFor(me.role);
  const title = t(me.role === 'admin' ? 'admin.title' : 'rooms.tools');
  const here = open.find(tab => pathname.startsWith(tab.to));
  if (open.length === 0 || (!here && pathname !== '/admin' && pathname !== '/admin/')) {
    return (
      <main className={styles.page}>
        <Blank icon="shield" title={t('admin.closedTitle')} action={<Link to="/">{t('notFound.back')}</Link>}>
          {t('admin.closedText')}
        </Blank>
      </main>
    );
  }
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {narrow ? (
          <TabMenu open={open} here={here ?? open[0]!} title={title} />
        ) : (
          <nav className={styles.tabs} aria-label={title}>
            {groups.map(group => {
              const some = open.filter(tab => tab.group === group);
              return (
                some.length > 0 && (
                  <div key={group} className={styles.group}>
                    <h2>{t(`admin.group.${group}`)}</h2>
                    {some.map(tab => (
                      <Link key={tab.to} to={tab.to} activeProps={{ 'aria-current': 'page' }}>
                        {t(tab.title)}
                      </Link>
                    ))}
                  </div>
                )
              );
            })}
          </nav>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <div className={styles.body} tabIndex={0}>
        <Outlet />
      </div>
    </main>
  );
}

/** On a telephone the row of tabs is one button that opens them. */
function TabMenu({ open, here, title }: { open: readonly Tab[]; here: Tab; title: string }) {
  const { t } = useText();
  const navigate = useNavigate();
  return (
    <nav aria-label={title} className={styles.menu}>
      <Menu
        target={
          <button type="button" className={styles.menuButton}>
            <span className={styles.soft}>{title}</span>
            <span className={styles.here}>{t(here.title)}</span>
            <Icon name="chevron" />
          </button>
        }
      >
        <MenuChoice
          value={here.to}
          options={open.map(tab => ({ value: tab.to, label: t(tab.title) }))}
          onChange={to => void navigate({ to })}
        />
      </Menu>
    </nav>
  );
}
