import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useMe } from '../../app/context.ts';
import { useNarrow } from '../../app/use-media.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank } from '../../ui/blank.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, MenuChoice } from '../../ui/menu.tsx';
import styles from './page.module.css';
import { tabs } from './tabs.ts';

export { AuditTab } from './parts/audit-tab.tsx';
export { BansTab } from './parts/bans-tab.tsx';
export { ChannelsTab } from './parts/channels-tab.tsx';
export { ConnectionsTab } from './parts/connections-tab.tsx';
export { ExportsTab } from './parts/exports-tab.tsx';
export { InvitationsTab } from './parts/invitations-tab.tsx';
export { SettingsTab } from './parts/settings-tab.tsx';
export { UsersTab } from './parts/users-tab.tsx';

/** Who may come in, with what rights, who is here, and what administrators did. */
export function AdministrationPage() {
  const { t } = useText();
  const me = useMe();
  const narrow = useNarrow();
  if (me.role !== 'admin') {
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
        <h1>{t('admin.title')}</h1>
        {narrow ? (
          <TabMenu />
        ) : (
          <nav className={styles.tabs} aria-label={t('admin.title')}>
            {tabs.map(tab => (
              <Link key={tab.to} to={tab.to} activeProps={{ 'aria-current': 'page' }}>
                {t(tab.title)}
              </Link>
            ))}
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
function TabMenu() {
  const { t } = useText();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const here = tabs.find(tab => pathname.startsWith(tab.to)) ?? tabs[0];
  return (
    <nav aria-label={t('admin.title')} className={styles.menu}>
      <Menu
        target={
          <button type="button" className={styles.menuButton}>
            <span className={styles.soft}>{t('admin.title')}</span>
            <span className={styles.here}>{t(here.title)}</span>
            <Icon name="chevron" />
          </button>
        }
      >
        <MenuChoice
          value={here.to}
          options={tabs.map(tab => ({ value: tab.to, label: t(tab.title) }))}
          onChange={to => void navigate({ to })}
        />
      </Menu>
    </nav>
  );
}
