import type { OwnChannel, SeenPresence, User } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useMemo } from 'react';
import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar, PresenceMark } from '../../../ui/avatar.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useMembers } from '../queries.ts';
import styles from './members-panel.module.css';
import { useOpenDirect } from './use-open-direct.ts';

const signs = { admin: 'shield', technician: 'gear', viewer: 'eye' } as const;
const order: Record<SeenPresence, number> = { online: 0, dnd: 1, away: 2, offline: 3 };

/** Who belongs to a channel: those who are here first. */
export function MembersPanel({ channel, onClose }: { channel: OwnChannel; onClose: () => void }) {
  const { t, compare } = useText();
  const members = useMembers(channel.channelId);
  const users = useLive(state => state.users);
  const presence = useLive(state => state.presence);
  const me = useLive(state => state.me);
  const openDirect = useOpenDirect();

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
        <IconButton icon="close" label={t('close')} keys="Esc" onClick={onClose} />
      </header>
      <div className={styles.scroll}>
        {members.isPending ? (
          <SkeletonRows count={5} />
        ) : members.isError ? (
          <Failed error={members.error} retry={() => void members.refetch()} />
        ) : (
          <ul>
            {people.map(({ user, state }) => (
              <li key={user.userId}>
                <button
                  type="button"
                  className={styles.person}
                  disabled={!atLeast(me.role, 'member')}
                  title={user.userId === me.userId ? undefined : t('person.write', { name: user.name })}
                  onClick={() => void openDirect(user.userId)}
                >
                  <Avatar id={user.userId} name={user.name} size={24} />
                  <span className={styles.name}>
                    {user.name}
                    {user.userId === me.userId && ` ${t('person.you')}`}
                  </span>
                  {user.kind === 'bot' ? (
                    <span className={styles.soft}>{t('person.bot')}</span>
                  ) : (
                    user.role !== 'member' && (
                      <span className={styles.soft} title={t(`role.${user.role}`)}>
                        <Icon name={signs[user.role]} size={14} />
                        <span className="hidden-text">{t(`role.${user.role}`)}</span>
                      </span>
                    )
                  )}
                  <PresenceMark state={state} />
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </aside>
  );
}
