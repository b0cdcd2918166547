import type { Site } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { useNow } from '../../../ui/time.tsx';
import { incidentSentence, incidentSpan } from '../../incidents/sentences.ts';
import { useSiteIncidents } from '../queries.ts';
import styles from './one-site.module.css';

const most = 5;

/** What is wrong at a site now, the worst first; nothing where nothing is. */
export function OpenIncidents({ site }: { site: Site }) {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const { data } = useSiteIncidents(site.siteId, site.openIncidents > 0);
  const open = data?.filter(incident => incident.resolvedAt === null) ?? [];
  if (site.openIncidents === 0 || open.length === 0) return null;
  return (
    <section className={styles.card}>
      <div className={styles.cardHead}>
        <h2>
          <Link to="/sites/$code" params={{ code: site.code }} search={{ tab: 'incidents' }} resetScroll={false}>
            {t('sites.incidents', { count: site.openIncidents })}
          </Link>
        </h2>
      </div>
      <ul className={styles.lines}>
        {open.slice(0, most).map(incident => (
          <li key={incident.incidentId}>
            <span>{incidentSentence(incident, t)}</span>{' '}
            <span className={styles.faint} title={times.absolute(incident.openedAt)}>
              {incidentSpan(incident, now, t, figures)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
