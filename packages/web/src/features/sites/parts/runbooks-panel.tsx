import { Link } from '@tanstack/react-router';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useRunbookTitles } from '../../runbooks/queries.ts';
import styles from './one-site.module.css';

/** What to do, step by step, for what happens at sites. */
export function RunbooksPanel() {
  const { t, language } = useText();
  const titles = useRunbookTitles(language);
  if (titles.isPending) return <SkeletonRows count={6} />;
  if (titles.isError) return <Failed error={titles.error} retry={() => void titles.refetch()} />;
  return (
    <section aria-label={t('runbook.all')}>
      <p className={`${styles.bar} ${styles.soft}`}>{t('site.runbooksText')}</p>
      <ul className={styles.runbooks}>
        {titles.data.map(({ name, title }) => (
          <li key={name}>
            <Link to="/runbooks/$name" params={{ name }}>
              {title} <Icon name="forward" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
