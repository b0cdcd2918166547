import { useWaitingFiles } from '../features/administration/waiting-files.ts';
import { isOngoing } from '../features/incidents/incident-list.ts';
import { useIncidents } from '../features/incidents/queries.ts';
import { useSites } from '../features/sites/queries.ts';
import { troubled } from '../features/sites/site-list.ts';
import { useText } from '../i18n/use-text.tsx';
import { StateMark } from '../ui/state-mark.tsx';
import { mentionTotal, unreadTotal } from './channels.ts';
import { useLive } from './context.ts';
import type { Room } from './rooms.ts';
import styles from './shell.module.css';

/** What waits in a room of the rail: unread messages, the worst state of the sites, incidents that go on. */
export function RoomBadge({ room }: { room: Room['to'] }) {
  switch (room) {
    case '/':
      return <Unread />;
    case '/sites':
      return <Worst />;
    case '/incidents':
      return <Ongoing />;
    case '/admin':
      return <Waiting />;
  }
}

function Unread() {
  const { t } = useText();
  const unread = useLive(unreadTotal);
  const mentions = useLive(mentionTotal);
  return mentions > 0 ? (
    <Count count={mentions} mark="@" words={t('channels.mentions', { count: mentions })} />
  ) : (
    <Count count={unread} words={t('channels.unread', { count: unread })} />
  );
}

function Ongoing() {
  const { t } = useText();
  const ongoing = useIncidents().data?.filter(isOngoing) ?? [];
  const alone = ongoing.some(incident => incident.state === 'open');
  return <Count count={ongoing.length} words={t('rail.incidents', { count: ongoing.length })} look={alone ? 'alarm' : 'calm'} />;
}

function Waiting() {
  const { t } = useText();
  const waiting = useWaitingFiles();
  return <Count count={waiting} words={t('rail.files', { count: waiting })} look="calm" />;
}

function Worst() {
  const { t } = useText();
  const { data } = useSites();
  const trouble = data && troubled(data.sites);
  if (!trouble) return null;
  const state = t(`site.state.${trouble.worst}`);
  return (
    <span className={styles.worst}>
      <StateMark shape={trouble.worst} word={t('rail.troubled', { count: trouble.count, state })} silent />
      <span aria-hidden="true">{trouble.count > 99 ? '99+' : trouble.count}</span>
    </span>
  );
}

function Count({ count, mark, words, look }: { count: number; mark?: string; words: string; look?: 'alarm' | 'calm' }) {
  if (count === 0) return null;
  return (
    <span className={styles.unread} data-look={look}>
      <span aria-hidden="true">
        {mark}
        {count > 99 ? '99+' : count}
      </span>
      <span className="hidden-text">{words}</span>
    </span>
  );
}
