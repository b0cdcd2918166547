import type { Site } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { IncidentRow } from '../../incidents/parts/incident-row.tsx';
import { useAcknowledge } from '../../incidents/queries.ts';
import { useSiteAct, useSiteIncidents } from '../queries.ts';
import styles from './one-site.module.css';

/** The incidents of a site, those that go on first; and one to try out who is told. */
export function IncidentsPanel({ site }: { site: Site }) {
  const { t, sentence } = useText();
  const say = useSay();
  const test = useSiteAct('incident.test');
  const raise = () =>
    test.mutate({ siteId: site.siteId }, { onSuccess: () => say(t('site.testRaised')), onError: error => say(sentence(error), 'bad') });
  return (
    <section aria-label={t('site.tab.incidents')}>
      <div className={styles.bar}>
        <p className={styles.soft}>{t('site.testText')}</p>
        <Button icon="bell" busy={test.isPending} onClick={raise}>
          {t('site.test')}
        </Button>
      </div>
      <SiteIncidents siteId={site.siteId} />
    </section>
  );
}

/** The incidents of a site, or those that speak of one device. */
export function SiteIncidents({ siteId, subjectId }: { siteId: string; subjectId?: string }) {
  const { t, sentence } = useText();
  const say = useSay();
  const incidents = useSiteIncidents(siteId, true, subjectId);
  const acknowledge = useAcknowledge();
  if (incidents.isPending) return <SkeletonRows count={4} tall />;
  if (incidents.isError) return <Failed error={incidents.error} retry={() => void incidents.refetch()} />;
  if (incidents.data.length === 0) {
    return (
      <Blank icon="check" title={t('incidents.none')}>
        {t(subjectId === undefined ? 'site.incidentsNone' : 'device.incidentsNone')}
      </Blank>
    );
  }
  return (
    <ul className={styles.incidents}>
      {incidents.data.map(incident => (
        <IncidentRow
          key={incident.incidentId}
          incident={incident}
          busy={acknowledge.isPending && acknowledge.variables === incident.incidentId}
          onAcknowledge={() =>
            acknowledge.mutate(incident.incidentId, {
              onSuccess: () => say(t('incident.acknowledged')),
              onError: error => say(sentence(error), 'bad'),
            })
          }
        />
      ))}
    </ul>
  );
}
