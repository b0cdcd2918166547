import type { Incident } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { useNow } from '../../../ui/time.tsx';
import styles from '../page.module.css';
import { incidentDetail, incidentKeeper, incidentSentence, incidentSpan } from '../sentences.ts';
import { IncidentMark } from './incident-mark.tsx';

/** An incident in one row: how it stands, where, what, for how long, and who has it. */
export function IncidentRow({ incident, busy, onAcknowledge }: { incident: Incident; busy: boolean; onAcknowledge: () => void }) {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const detail = incidentDetail(incident, t, times);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k move from row to row, a acknowledges the one that has the focus
    <li className={styles.row} data-incident={incident.incidentId} data-state={incident.state} tabIndex={0}>
      <IncidentMark state={incident.state} />
      <div className={styles.story}>
        <p className={styles.sentence}>{incidentSentence(incident, t)}</p>
        <p className={styles.facts}>
          <Link to="/sites/$code" params={{ code: incident.siteCode }}>
            {incident.siteName}
          </Link>
          <span title={times.absolute(incident.openedAt)}>{incidentSpan(incident, now, t, figures)}</span>
          {detail && <span>{detail}</span>}
          <span title={incident.acknowledgedAt === null ? undefined : times.absolute(incident.acknowledgedAt)}>
            {incidentKeeper(incident, t)}
          </span>
        </p>
      </div>
      {incident.state === 'open' && (
        <Button icon="check" busy={busy} onClick={onAcknowledge}>
          {t('incident.acknowledge')}
        </Button>
      )}
    </li>
  );
}
