import type { Channel, SeenPresence, User } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useMe } from '../../../app/context.ts';
import { useNarrow } from '../../../app/use-media.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar, PresenceMark } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { PersonActs } from '../../moderation/parts/person-acts.tsx';
import { type Sanctioning, useSanctioning } from '../../moderation/sanctioning.tsx';
import { useInForce } from '../../moderation/use-in-force.ts';
import styles from './members-panel.module.css';
import { useOpenDirect } from './use-open-direct.ts';

export interface Member {
  user: User;
  state: SeenPresence;
}

const signs = { admin: 'shield', technician: 'gear', viewer: 'eye' } as const;

/** People of a channel in rows; of thousands only those in sight are drawn. */
export function MemberList({ channel, people }: { channel: Channel; people: readonly Member[] }) {
  const rowPx = useNarrow() ? 44 : 36;
  const scroller = useRef<HTMLDivElement>(null);
  const { sanction, dialog } = useSanctioning();
  const virtual = useVirtualizer({
    count: people.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: index => people[index]!.user.userId,
    overscan: 8,
  });
  return (
    <div ref={scroller} className={styles.scroll}>
      <ul className={styles.list} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(row => (
          <li key={row.key} style={{ transform: `translateY(${row.start}px)` }}>
            <MemberRow channel={channel} member={people[row.index]!} onSanction={sanction} />
          </li>
        ))}
      </ul>
      {dialog}
    </div>
  );
}

function MemberRow({ channel, member, onSanction }: { channel: Channel; member: Member; onSanction: (what: Sanctioning) => void }) {
  const { t, times } = useText();
  const me = useMe();
  const openDirect = useOpenDirect();
  const { user, state } = member;
  const muted = useInForce(user.mutedUntil);
  const isMe = user.userId === me.userId;
  return (
    <>
      <button
        type="button"
        className={styles.person}
        disabled={!atLeast(me.role, 'member')}
        title={isMe ? undefined : t('person.write', { name: user.name })}
        onClick={() => void openDirect(user.userId)}
      >
        <Avatar id={user.userId} name={user.name} size={24} />
        <span className={styles.name}>
          {user.name}
          {isMe && ` ${t('person.you')}`}
        </span>
        {muted && (
          <span className={styles.muted} title={`${t('users.muted')} (${times.short(user.mutedUntil!)})`}>
            <Icon name="mute" size={14} />
            <span className="hidden-text">{t('users.muted')}</span>
          </span>
        )}
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
      {me.role === 'admin' && !isMe && (
        <Menu target={<IconButton icon="more" label={t('members.acts', { name: user.name })} className={styles.acts} />}>
          <PersonActs user={user} channel={channel} onSanction={onSanction} />
        </Menu>
      )}
    </>
  );
}
