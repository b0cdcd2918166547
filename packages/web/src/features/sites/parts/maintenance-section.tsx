import type { Maintenance, Site } from '@aerie/contract';
import { useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useMaintenance, useSiteAct } from '../queries.ts';
import { isUnderWay } from '../under-way.ts';
import { MaintenanceDialog } from './maintenance-dialog.tsx';
import { MaintenanceWhen } from './maintenance-when.tsx';
import styles from './settings-panel.module.css';

/** Maintenance of a site: what is announced, and a way to announce more. */
export function MaintenanceSection({ site }: { site: Site }) {
  const { t } = useText();
  const [announcing, setAnnouncing] = useState(false);
  const announced = useMaintenance(site.siteId);
  return (
    <section className={styles.section} aria-label={t('maintenance.title')}>
      <h2>{t('maintenance.title')}</h2>
      <p className={styles.soft}>{t('maintenance.text')}</p>
      {announced.isPending ? (
        <SkeletonRows count={2} />
      ) : announced.isError ? (
        <Failed error={announced.error} retry={() => void announced.refetch()} />
      ) : announced.data.length === 0 ? (
        <p className={styles.soft}>{t('maintenance.none')}</p>
      ) : (
        <ul className={styles.list}>
          {announced.data.map(each => (
            <Announced key={each.maintenanceId} maintenance={each} zone={site.zone} />
          ))}
        </ul>
      )}
      <div className={styles.end}>
        <Button icon="plus" onClick={() => setAnnouncing(true)}>
          {t('maintenance.announce')}
        </Button>
      </div>
      {announcing && <MaintenanceDialog site={site} onClose={() => setAnnouncing(false)} />}
    </section>
  );
}

function Announced({ maintenance, zone }: { maintenance: Maintenance; zone: string }) {
  const { t, sentence } = useText();
  const say = useSay();
  const now = useNow();
  const end = useSiteAct('maintenance.end');
  const running = isUnderWay(maintenance, now);
  return (
    <li>
      <span className={styles.what}>
        <StateMark shape="maintenance" word={maintenance.title} />
        <MaintenanceWhen maintenance={maintenance} zone={zone} />
        <span className={styles.hint}>
          {[maintenance.siteIds === null && t('maintenance.everywhere'), t('maintenance.by', { name: maintenance.createdBy })]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      {maintenance.next !== null && (
        <Button
          busy={end.isPending}
          onClick={() =>
            end.mutate(
              { maintenanceId: maintenance.maintenanceId },
              { onSuccess: () => say(t('maintenance.ended')), onError: error => say(sentence(error), 'bad') },
            )
          }
        >
          {t(running ? 'maintenance.end' : 'maintenance.callOff')}
        </Button>
      )}
    </li>
  );
}
