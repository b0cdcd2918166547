import type { Incident } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { Link } from '@tanstack/react-router';
import { useMe } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { laterOf } from '../incident-list.ts';
import { useAcknowledge, useIncidents } from '../queries.ts';
import { incidentFigures, incidentKeeper, incidentQuiet, incidentSentence, incidentSpan } from '../sentences.ts';
import { isOfLink } from '../wan-around.ts';
import styles from './incident-card.module.css';
import { IncidentMark } from './incident-mark.tsx';
import { IncidentPlace } from './incident-place.tsx';
import { WanAround } from './wan-around.tsx';

/** An incident in a conversation: it shows how it stands now, lets one take it, and opens its timeline beside. */
export function IncidentCard({ card }: { card: Incident }) {
  const { t, times, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const figures = useFigures();
  const now = useNow();
  const acknowledge = useAcknowledge();
  // The message follows the incident a moment later; what is known already is shown already.
  const known = useIncidents().data?.find(each => each.incidentId === card.incidentId);
  const incident = laterOf(card, known);
  const words = { t, times, figures };
  const quiet = incidentQuiet(incident, now, words);
  const mayOpen = atLeast(me.role, 'technician');

  return (
    <div className={styles.card} data-state={incident.state} data-severity={incident.severity}>
      <div className={styles.head}>
        <IncidentMark incident={incident} />
        <IncidentPlace incident={incident} />
      </div>
      <p className={styles.sentence}>{incidentSentence(incident, t)}</p>
      <p className={styles.facts}>
        <span title={times.absolute(incident.openedAt)}>{incidentSpan(incident, now, t, figures)}</span>
        {incidentFigures(incident, now, words).map(each => (
          <span key={each}>{each}</span>
        ))}
        <span>{incidentKeeper(incident, t)}</span>
        {incident.folded > 0 && incident.state !== 'resolved' && <span>{t('incident.folded', { count: incident.folded })}</span>}
        {quiet && <span>{quiet}</span>}
      </p>
      {mayOpen && isOfLink(incident) && <WanAround incident={incident} />}
      {mayOpen && (
        <div className={styles.acts}>
          {incident.state === 'open' && (
            <Button
              icon="check"
              busy={acknowledge.isPending}
              onClick={() => acknowledge.mutate(incident.incidentId, { onError: error => say(sentence(error), 'bad') })}
            >
              {t('incident.acknowledge')}
            </Button>
          )}
          <Link to="." search={{ incident: incident.incidentId }} resetScroll={false} className={styles.open}>
            <Icon name="history" />
            {t('incident.timeline')}
          </Link>
        </div>
      )}
    </div>
  );
}
