import { atLeast } from '@aerie/contract/roles';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMe } from '../../app/context.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank } from '../../ui/blank.tsx';
import styles from './page.module.css';
import { AllSites } from './parts/all-sites.tsx';
import { OneSite } from './parts/one-site.tsx';

/** All sites, worst first. */
export function SitesPage() {
  return (
    <ForTechnicians>
      <AllSites />
    </ForTechnicians>
  );
}

/** One site, named by its code. */
export function SitePage() {
  return (
    <ForTechnicians>
      <OneSite />
    </ForTechnicians>
  );
}

/** What only technicians and administrators see; others are told whom to ask. */
export function ForTechnicians({ children }: { children: ReactNode }) {
  const { t } = useText();
  const me = useMe();
  if (atLeast(me.role, 'technician')) return children;
  return (
    <main className={styles.page}>
      <Blank icon="lock" title={t('closed.title')} action={<Link to="/">{t('notFound.back')}</Link>}>
        {t('closed.text')}
      </Blank>
    </main>
  );
}
