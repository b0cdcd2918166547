import { centre } from '@aerie/contract/centre';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { isOngoing, worstFirst } from '../../incidents/incident-list.ts';
import { useIncidents } from '../../incidents/queries.ts';
import { incidentFigures, incidentSentence } from '../../incidents/sentences.ts';
import { severityShape } from '../../sites/severity.ts';
import styles from '../wall.module.css';

/** What is wrong with Nester itself, which has no tile: above those of the sites, while it lasts. */
export function CentreLine() {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const own = useIncidents().data?.filter(each => each.siteId === centre.siteId && isOngoing(each)) ?? [];
  return worstFirst(own).map(incident => (
    <p key={incident.incidentId} className={styles.centre} data-severity={incident.severity}>
      <StateMark shape={severityShape[incident.severity]} word={t(`severity.${incident.severity}`)} silent />
      <strong>{incidentSentence(incident, t)}</strong>
      <span>{incidentFigures(incident, now, { t, times, figures })[0]}</span>
    </p>
  ));
}
