import type { DashboardStatus } from '@aerie/contract/dashboard';
import { useEffect } from 'react';
import { Mark } from '../app/mark.tsx';
import { useStore } from '../app/store.ts';
import { useNarrow } from '../app/use-media.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { silentSince } from './live.ts';
import { ChangesPage } from './pages/changes.tsx';
import { DevicesPage } from './pages/devices.tsx';
import { NowPage } from './pages/now.tsx';
import { Runbook } from './pages/runbook.tsx';
import { ScanPage } from './pages/scan.tsx';
import { ScansPage } from './pages/scans.tsx';
import { LanguageChoice } from './parts/language-choice.tsx';
import { ScanNow } from './parts/scan-now.tsx';
import { ThemeButton } from './parts/theme-button.tsx';
import { Go, usePath } from './route.tsx';
import styles from './shell.module.css';
import { useData } from './use-data.ts';
import { useWords } from './words.tsx';

const pages = [
  { path: '/', name: 'now', icon: 'wire' },
  { path: '/scans', name: 'scans', icon: 'history' },
  { path: '/devices', name: 'devices', icon: 'sites' },
  { path: '/changes', name: 'changes', icon: 'retry' },
  { path: '/runbook', name: 'runbook', icon: 'check' },
] as const satisfies readonly { path: string; name: string; icon: IconName }[];

/** What stands around every page: whose probe it is, the ways, the scan, and the runbook beside them. */
export function Shell({ leave }: { leave: (() => void) | undefined }) {
  const { t, times } = useWords();
  const path = usePath();
  const narrow = useNarrow();
  const silent = useStore(silentSince);
  const { data: status } = useData<DashboardStatus>('status');
  const current = pages.find(page => page.path === path || (page.path !== '/' && path.startsWith(`${page.path}/`))) ?? pages[0];
  const title = status?.site.name ?? 'Harvester';
  useEffect(() => {
    document.title = `${t(`local.${current.name}`)} · ${title}`;
  }, [t, current, title]);
  return (
    <div className={styles.shell}>
      <header className={styles.head}>
        <Mark size={28} />
        <div className={styles.names}>
          <p className={styles.site}>{title}</p>
          <p className={styles.machine}>{status && t('local.title', { name: status.machine.name, code: status.site.code })}</p>
        </div>
        <ScanNow />
        {!narrow && <Choices leave={leave} />}
      </header>
      <nav className={styles.nav} aria-label={t('local.nav')}>
        {pages.map(({ path: to, name, icon }) => (
          <Go key={name} to={to} aria-current={current.name === name ? 'page' : undefined} data-page={name}>
            <Icon name={icon} />
            <span>{t(`local.${name}`)}</span>
          </Go>
        ))}
      </nav>
      {silent !== undefined && (
        <p className={styles.away} role="status">
          <Icon name="warn" /> {t('local.away', { when: times.clock(silent) })}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <main className={styles.page} id="page" tabIndex={0}>
        <h1 className="hidden-text">{t(`local.${current.name}`)}</h1>
        <Page path={path} name={current.name} />
        {narrow && (
          <div className={styles.foot}>
            <Choices leave={leave} />
          </div>
        )}
      </main>
      {current.name !== 'runbook' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        <aside className={styles.aside} aria-label={t('local.runbook')} tabIndex={0}>
          <Runbook />
        </aside>
      )}
    </div>
  );
}

/** Language, theme, and the way out where there is one. */
function Choices({ leave }: { leave: (() => void) | undefined }) {
  const { t } = useWords();
  return (
    <div className={styles.choices}>
      <LanguageChoice short />
      <ThemeButton />
      {leave && (
        <button type="button" className={styles.leave} onClick={leave} aria-label={t('local.leave')} title={t('local.leave')}>
          <Icon name="logout" />
        </button>
      )}
    </div>
  );
}

function Page({ path, name }: { path: string; name: (typeof pages)[number]['name'] }) {
  const scan = /^\/scans\/([\w-]+)$/.exec(path)?.[1];
  if (scan) return <ScanPage name={scan} />;
  switch (name) {
    case 'now':
      return <NowPage />;
    case 'scans':
      return <ScansPage />;
    case 'devices':
      return <DevicesPage />;
    case 'changes':
      return <ChangesPage />;
    case 'runbook':
      return <Runbook />;
  }
}
