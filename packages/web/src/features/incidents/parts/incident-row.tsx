import type { Incident } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { useNow } from '../../../ui/time.tsx';
import { incidentFigures, incidentKeeper, incidentQuiet, incidentSentence, incidentSpan } from '../sentences.ts';
import { IncidentMark } from './incident-mark.tsx';
import { IncidentPlace } from './incident-place.tsx';
import styles from './incident-row.module.css';

interface IncidentRowProps {
  incident: Incident;
  busy: boolean;
  onAcknowledge: () => void;
  /** Its timeline stands beside the list. */
  open?: boolean;
  onFocus?: () => void;
  /** What stands under it, when it is unfolded. */
  children?: ReactNode;
}

/** An incident in one row: how urgent it is and how it stands, where, what, for how long, and who has it. */
export const IncidentRow = memo(function IncidentRow({ incident, busy, onAcknowledge, open = false, onFocus, children }: IncidentRowProps) {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const said = incidentFigures(incident, now, { t, times, figures });
  const quiet = incidentQuiet(incident, now, { t, times, figures });
  return (
    <li className={styles.row} data-state={incident.state} data-severity={incident.severity}>
      <div className={styles.line} data-open={open || undefined}>
        <IncidentMark incident={incident} />
        <div className={styles.story}>
          <p className={styles.sentence}>
            <Link
              to="/incidents/$incidentId"
              params={{ incidentId: incident.incidentId }}
              search={true}
              className={styles.link}
              aria-current={open || undefined}
              data-incident={incident.incidentId}
              {...(onFocus ? { onFocus } : {})}
            >
              {incidentSentence(incident, t)}
            </Link>
          </p>
          <p className={styles.facts}>
            <IncidentPlace incident={incident} short className={styles.site} />
            <span title={times.absolute(incident.openedAt)}>{incidentSpan(incident, now, t, figures)}</span>
            {incident.resolvedAt !== null && <span>{times.near(incident.openedAt, now)}</span>}
            {said.map(each => (
              <span key={each}>{each}</span>
            ))}
            <span title={incident.acknowledgedAt === null ? undefined : times.absolute(incident.acknowledgedAt)}>
              {incidentKeeper(incident, t)}
            </span>
            {quiet && <span className={styles.quiet}>{quiet}</span>}
          </p>
          {children}
        </div>
        {incident.state === 'open' && (
          <Button icon="check" busy={busy} onClick={onAcknowledge} className={styles.act}>
            {t('incident.acknowledge')}
          </Button>
        )}
      </div>
    </li>
  );
});
