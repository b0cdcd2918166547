import type { Maintenance, Site } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { MaintenanceWhen } from './maintenance-when.tsx';
import styles from './one-site.module.css';

/** Maintenance under way and to come; nothing where none is announced. */
export function ComingMaintenance({ site, maintenance }: { site: Site; maintenance: readonly Maintenance[] }) {
  const { t } = useText();
  const now = useNow();
  const coming = maintenance.filter(each => each.next !== null && each.next.to > now);
  if (coming.length === 0) return null;
  return (
    <section className={styles.card}>
      <div className={styles.cardHead}>
        <h2>
          <Link to="/sites/$code" params={{ code: site.code }} search={{ tab: 'settings' }} resetScroll={false}>
            {t('maintenance.title')}
          </Link>
        </h2>
      </div>
      <ul className={styles.lines}>
        {coming.map(each => (
          <li key={each.maintenanceId}>
            <StateMark shape="maintenance" word={each.title} />
            <MaintenanceWhen maintenance={each} zone={site.zone} />
          </li>
        ))}
      </ul>
    </section>
  );
}
