import type { Incident } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { Link } from '@tanstack/react-router';
import { useMe } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { laterOf } from '../incident-list.ts';
import { useAcknowledge, useIncidents } from '../queries.ts';
import { incidentDetail, incidentKeeper, incidentSentence, incidentSpan } from '../sentences.ts';
import styles from './incident-card.module.css';
import { IncidentMark } from './incident-mark.tsx';

/** An incident in a conversation: it shows how it stands now, and lets one take it. */
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
  const detail = incidentDetail(incident, t, times);
  const mayOpen = atLeast(me.role, 'technician');
  const where = `${incident.siteName} (${incident.siteCode})`;

  return (
    <div className={styles.card} data-state={incident.state}>
      <p className={styles.head}>
        <IncidentMark state={incident.state} />
        {mayOpen ? (
          <Link to="/sites/$code" params={{ code: incident.siteCode }}>
            {where}
          </Link>
        ) : (
          <span>{where}</span>
        )}
      </p>
      <p className={styles.sentence}>{incidentSentence(incident, t)}</p>
      <p className={styles.facts}>
        <span title={times.absolute(incident.openedAt)}>{incidentSpan(incident, now, t, figures)}</span>
        {detail && <span>{detail}</span>}
        <span>{incidentKeeper(incident, t)}</span>
      </p>
      {incident.state === 'open' && mayOpen && (
        <Button
          icon="check"
          busy={acknowledge.isPending}
          onClick={() => acknowledge.mutate(incident.incidentId, { onError: error => say(sentence(error), 'bad') })}
        >
          {t('incident.acknowledge')}
        </Button>
      )}
    </div>
  );
}
