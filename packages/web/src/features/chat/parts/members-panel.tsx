import type { OwnChannel, SeenPresence, User } from '@aerie/contract';
import { useMemo, useState } from 'react';
import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { useMembers } from '../queries.ts';
import { AddMemberDialog } from './add-member-dialog.tsx';
import { MemberList } from './member-list.tsx';
import styles from './members-panel.module.css';

const order: Record<SeenPresence, number> = { online: 0, dnd: 1, away: 2, offline: 3 };

/** Who belongs to a channel: those who are here first. */
export function MembersPanel({ channel, called, onClose }: { channel: OwnChannel; called: string; onClose: () => void }) {
  const { t, compare } = useText();
  const members = useMembers(channel.channelId);
  const users = useLive(state => state.users);
  const presence = useLive(state => state.presence);
  const admin = useLive(state => state.me.role === 'admin');
  const [adding, setAdding] = useState(false);

  const people = useMemo(() => {
    const found = (members.data?.userIds ?? [])
      .map(id => users.get(id))
      .filter((user): user is User => user !== undefined && !user.disabled);
    const state = (user: User): SeenPresence => presence.get(user.userId) ?? 'offline';
    return found
      .map(user => ({ user, state: state(user) }))
      .sort((a, b) => order[a.state] - order[b.state] || compare(a.user.name, b.user.name));
  }, [members.data, users, presence, compare]);

  return (
    <aside className={styles.panel} aria-label={t('channel.members')}>
      <header className={styles.header}>
        <h2>
          {t('channel.members')} {members.data && <span className={styles.count}>{people.length}</span>}
        </h2>
        <span className={styles.space} />
        {admin && members.data && (
          <IconButton icon="plus" label={t('members.addTo', { channel: called })} onClick={() => setAdding(true)} />
        )}
        <IconButton icon="close" label={t('close')} keys="Esc" onClick={onClose} />
      </header>
      {members.isPending ? (
        <SkeletonRows count={5} />
      ) : members.isError ? (
        <Failed error={members.error} retry={() => void members.refetch()} />
      ) : (
        <MemberList channel={channel} people={people} />
      )}
      {adding && (
        <AddMemberDialog channel={channel} called={called} memberIds={members.data?.userIds ?? []} onClose={() => setAdding(false)} />
      )}
    </aside>
  );
}
