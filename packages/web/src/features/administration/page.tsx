import { Link, Outlet } from '@tanstack/react-router';
import { useMe } from '../../app/context.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank } from '../../ui/blank.tsx';
import styles from './page.module.css';

export { AuditTab } from './parts/audit-tab.tsx';
export { InvitationsTab } from './parts/invitations-tab.tsx';
export { UsersTab } from './parts/users-tab.tsx';

const tabs = [
  { to: '/admin/users', title: 'admin.users' },
  { to: '/admin/invitations', title: 'admin.invitations' },
  { to: '/admin/audit', title: 'admin.audit' },
] as const;

/** Who may come in, with what rights, and what administrators did. */
export function AdministrationPage() {
  const { t } = useText();
  const me = useMe();
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
        <nav className={styles.tabs} aria-label={t('admin.title')}>
          {tabs.map(tab => (
            <Link key={tab.to} to={tab.to} activeProps={{ 'aria-current': 'page' }}>
              {t(tab.title)}
            </Link>
          ))}
        </nav>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <div className={styles.body} tabIndex={0}>
        <Outlet />
      </div>
    </main>
  );
}
