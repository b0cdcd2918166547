import type { Incident } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useMe } from '../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../app/keys.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../ui/blank.tsx';
import { useSay } from '../../ui/toast.tsx';
import { isOngoing, openFirst } from './incident-list.ts';
import styles from './page.module.css';
import { IncidentRow } from './parts/incident-row.tsx';
import { useAcknowledge, useIncidents } from './queries.ts';

/** What needs somebody, then what needed somebody. */
export function IncidentsPage() {
  const { t } = useText();
  const me = useMe();
  const incidents = useIncidents();
  if (!atLeast(me.role, 'technician')) {
    return (
      <main className={styles.page}>
        <Blank icon="lock" title={t('closed.title')} action={<Link to="/">{t('notFound.back')}</Link>}>
          {t('closed.text')}
        </Blank>
      </main>
    );
  }
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h1>{t('rooms.incidents')}</h1>
      </header>
      {incidents.isPending ? (
        <SkeletonRows count={6} tall />
      ) : incidents.isError && !incidents.data ? (
        <Failed error={incidents.error} retry={() => void incidents.refetch()} />
      ) : (
        <Rows incidents={openFirst(incidents.data ?? [])} />
      )}
    </main>
  );
}

function Rows({ incidents }: { incidents: readonly Incident[] }) {
  const { t, sentence } = useText();
  const say = useSay();
  const acknowledge = useAcknowledge();
  const body = useRef<HTMLElement>(null);
  const ongoing = incidents.filter(isOngoing);
  const over = incidents.filter(incident => !isOngoing(incident));

  const take = (incident: Incident) => {
    if (incident.state !== 'open' || acknowledge.isPending) return;
    acknowledge.mutate(incident.incidentId, {
      onSuccess: () => say(t('incident.acknowledged')),
      onError: error => say(sentence(error), 'bad'),
    });
  };
  const rows = () => [...(body.current?.querySelectorAll<HTMLElement>('[data-incident]') ?? [])];
  useKeys(event => {
    if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = rows();
    const at = all.findIndex(row => row.contains(document.activeElement));
    if (event.key === 'j' || event.key === 'ArrowDown') all[Math.min(at + 1, all.length - 1)]?.focus();
    else if (event.key === 'k' || event.key === 'ArrowUp') all[Math.max(at - 1, 0)]?.focus();
    else if (event.key === 'a' && at >= 0) {
      const incident = incidents.find(each => each.incidentId === all[at]!.dataset.incident);
      if (incident) take(incident);
    } else return;
    event.preventDefault();
  });

  if (incidents.length === 0) {
    return (
      <Blank icon="check" title={t('incidents.none')}>
        {t('incidents.noneText')}
      </Blank>
    );
  }
  const row = (incident: Incident) => (
    <IncidentRow
      key={incident.incidentId}
      incident={incident}
      busy={acknowledge.isPending && acknowledge.variables === incident.incidentId}
      onAcknowledge={() => take(incident)}
    />
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section ref={body} className={styles.body} tabIndex={0} aria-label={t('rooms.incidents')}>
      <h2 className={styles.group}>{t('incidents.ongoing')}</h2>
      {ongoing.length === 0 ? <p className={styles.quiet}>{t('incidents.quiet')}</p> : <ul>{ongoing.map(row)}</ul>}
      {over.length > 0 && (
        <>
          <h2 className={styles.group}>{t('incidents.over')}</h2>
          <ul>{over.map(row)}</ul>
        </>
      )}
    </section>
  );
}
