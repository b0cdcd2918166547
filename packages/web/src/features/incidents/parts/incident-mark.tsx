import type { Incident } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { severityShape } from '../../sites/severity.ts';
import styles from './incident-mark.module.css';

/** How urgent an incident is, and how it stands. Red is only what is critical and nobody has; what is over is as calm as what is well. */
export function IncidentMark({ incident: { severity, state } }: { incident: Pick<Incident, 'severity' | 'state'> }) {
  const { t } = useText();
  return (
    <span className={styles.mark} data-state={state}>
      {state === 'resolved' ? (
        <StateMark shape="up" word={t('incident.state.resolved')} />
      ) : (
        <StateMark shape={severityShape[severity]} word={t(`severity.${severity}`)} calm={state !== 'open'} />
      )}
      <span className={styles.state}>{state === 'resolved' ? t(`severity.${severity}`) : t(`incident.state.${state}`)}</span>
    </span>
  );
}
