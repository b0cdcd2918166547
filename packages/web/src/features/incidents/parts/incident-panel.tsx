import type { Incident } from '@aerie/contract';
import { deliveryErrorIn } from '@aerie/contract/delivery-words';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useMe } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { RunbookPanel } from '../../runbooks/parts/runbook-panel.tsx';
import { runbookFor } from '../../runbooks/runbook.ts';
import { useSites } from '../../sites/queries.ts';
import { isOngoing, laterOf } from '../incident-list.ts';
import { type IncidentDetail, useIncident, useIncidentAct, useIncidents } from '../queries.ts';
import { incidentFigures, incidentKeeper, incidentQuiet, incidentSentence, incidentSpan } from '../sentences.ts';
import { isOfLink } from '../wan-around.ts';
import { IncidentActs } from './incident-acts.tsx';
import { IncidentMark } from './incident-mark.tsx';
import styles from './incident-panel.module.css';
import { IncidentPlace } from './incident-place.tsx';
import { NoteField, useKeptNote } from './note-field.tsx';
import { Timeline } from './timeline.tsx';
import { WanAround } from './wan-around.tsx';

interface IncidentPanelProps {
  incidentId: string;
  onClose: () => void;
  /** It is the whole page, as on a telephone. */
  alone?: boolean;
}

/** An incident with its timeline: what is known, who was told, and what one may do. It stands beside a list or a conversation. */
export function IncidentPanel({ incidentId, onClose, alone = false }: IncidentPanelProps) {
  const { t } = useText();
  const shown = useIncident(incidentId);
  const known = useIncidents().data?.find(each => each.incidentId === incidentId);
  const incident = shown.data ? laterOf(shown.data.incident, known) : known;
  const gone = (shown.error as { code?: string } | null)?.code === 'not_found';
  return (
    <aside className={styles.panel} aria-label={t('panel.label')} data-alone={alone || undefined}>
      <header className={styles.header}>
        {alone && <IconButton icon="back" label={t('back')} onClick={onClose} />}
        {incident ? <IncidentMark incident={incident} /> : <span />}
        <span className={styles.space} />
        {!alone && <IconButton icon="close" label={t('close')} keys="Esc" onClick={onClose} />}
      </header>
      {gone ? (
        <Blank icon="search" title={t('incidents.goneTitle')}>
          {t('incidents.goneText')}
        </Blank>
      ) : shown.isError && !shown.data ? (
        <Failed error={shown.error} retry={() => void shown.refetch()} />
      ) : incident ? (
        <Told incident={incident} detail={shown.data} />
      ) : (
        <SkeletonRows count={6} />
      )}
    </aside>
  );
}

const deviceRules = /^(?:device|port|service|certificate)\./;
const shapes = { waiting: 'unknown', sent: 'up', failed: 'down' } as const;

/** What became of the last message of each route, and how many there were. What did not arrive stands for those after it. */
function byRoute(deliveries: IncidentDetail['deliveries']) {
  const routes = Map.groupBy(deliveries, each => each.routeName);
  return [...routes.values()].map(some => ({ last: some.find(each => each.state !== 'sent') ?? some[0]!, count: some.length }));
}

function Told({ incident, detail }: { incident: Incident; detail: IncidentDetail | undefined }) {
  const { t, times, sentence, language } = useText();
  const figures = useFigures();
  const now = useNow();
  const say = useSay();
  const me = useMe();
  const { state } = useLocation();
  const { data: sites } = useSites();
  const site = sites?.sites.find(each => each.siteId === incident.siteId);
  const write = useIncidentAct('incident.note');
  const [note, setNote] = useKeptNote(me.userId, incident.incidentId);
  const body = useRef<HTMLDivElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const wantsNote = state.note === true;
  // Whoever opened it by the keyboard reads it first.
  useEffect(() => {
    if (!wantsNote && window.matchMedia('(max-width: 767px)').matches) title.current?.focus();
  }, [wantsNote]);

  const words = { t, times, figures };
  const said = incidentFigures(incident, now, words);
  if (incident.firings > 1) said.push(t('incident.firings', { count: incident.firings }));
  const quiet = incidentQuiet(incident, now, words);
  const ongoing = isOngoing(incident);
  const runbook = runbookFor(incident.rule);
  const send = () => {
    const text = note.trim();
    if (text === '' || write.isPending) return;
    write.mutate(
      { incidentId: incident.incidentId, text },
      {
        onSuccess: () => {
          setNote('');
          requestAnimationFrame(() => body.current?.scrollTo({ top: body.current.scrollHeight }));
        },
        onError: error => say(sentence(error), 'bad'),
      },
    );
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <div ref={body} className={styles.body} tabIndex={0}>
        <h2 ref={title} className={styles.sentence} tabIndex={-1}>
          {incidentSentence(incident, t)}
        </h2>
        <p className={styles.where}>
          <IncidentPlace incident={incident} />
          {deviceRules.test(incident.rule) && incident.subjectId !== null && (
            <Link to="/sites/$code/devices/$deviceId" params={{ code: incident.siteCode, deviceId: incident.subjectId }}>
              {t('panel.device')}
            </Link>
          )}
        </p>
        {ongoing && <IncidentActs incident={incident} note={note} onNoteGone={() => setNote('')} />}
        <dl className={styles.facts}>
          <div>
            <dt>{t(ongoing ? 'panel.since' : 'panel.lasted')}</dt>
            <dd title={times.absolute(incident.openedAt)}>
              {times.near(incident.openedAt, now)}, {incidentSpan(incident, now, t, figures)}
            </dd>
          </div>
          <div>
            <dt>{t('panel.has')}</dt>
            <dd>{incidentKeeper(incident, t) ?? t('panel.nobody')}</dd>
          </div>
          {said.length > 0 && (
            <div>
              <dt>{t('panel.figures')}</dt>
              <dd>
                {said.map(each => (
                  <span key={each} className={styles.figure}>
                    {each}
                  </span>
                ))}
              </dd>
            </div>
          )}
          {quiet && (
            <div>
              <dt>{t('panel.quiet')}</dt>
              <dd>{quiet}</dd>
            </div>
          )}
        </dl>
        {detail?.parent && (
          <p className={styles.cause}>
            {t('panel.cause')}{' '}
            <Link to="/incidents/$incidentId" params={{ incidentId: detail.parent.incidentId }} search={true}>
              {incidentSentence(detail.parent, t)}
            </Link>
          </p>
        )}
        {isOfLink(incident) && <WanAround incident={incident} />}
        {detail && detail.folded.length > 0 && (
          <details className={styles.section}>
            <summary>
              {t('panel.folded')} <span className={styles.count}>{detail.folded.length}</span>
            </summary>
            <p className={styles.hint}>{t('panel.foldedText')}</p>
            <ul className={styles.folded}>
              {detail.folded.map(each => (
                <li key={each.incidentId}>
                  <StateMark
                    shape={ongoing ? 'unknown' : 'up'}
                    word={t(ongoing ? 'site.state.unknown' : 'incident.state.resolved')}
                    silent
                  />
                  <Link to="/incidents/$incidentId" params={{ incidentId: each.incidentId }} search={true}>
                    {incidentSentence(each, t)}
                  </Link>
                </li>
              ))}
            </ul>
          </details>
        )}
        {ongoing && runbook && <RunbookPanel key={incident.incidentId} name={runbook} about={incident.incidentId} />}
        <section className={styles.section} aria-label={t('incident.timeline')}>
          <h3>{t('incident.timeline')}</h3>
          {detail ? <Timeline steps={detail.steps} zone={site?.zone} /> : <SkeletonRows count={3} />}
        </section>
        {detail && (
          <section className={styles.section} aria-label={t('panel.told')}>
            <h3>{t('panel.told')}</h3>
            {detail.deliveries.length === 0 ? (
              <p className={styles.hint}>{quiet ?? t('panel.toldNobody')}</p>
            ) : (
              <ul className={styles.deliveries}>
                {byRoute(detail.deliveries).map(({ last, count }) => (
                  <li key={last.deliveryId}>
                    <StateMark shape={shapes[last.state]} word={t(`delivery.${last.state}`)} />
                    <span className={styles.route}>
                      {last.routeName} {count > 1 && <span className={styles.at}>{t('panel.messages', { count })}</span>}
                    </span>
                    <Moment at={last.at} as="near" className={styles.at} />
                    {last.error !== null && <p className={styles.error}>{deliveryErrorIn(language, last.error)}</p>}
                  </li>
                ))}
              </ul>
            )}
          </section>
        )}
      </div>
      <NoteField text={note} onType={setNote} onSend={send} busy={write.isPending} wanted={wantsNote} goesAlong={ongoing} />
    </>
  );
}
