import type { SeenPresence, User } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useMe } from '../../../app/context.ts';
import { useNarrow } from '../../../app/use-media.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar, PresenceMark } from '../../../ui/avatar.tsx';
import { Icon } from '../../../ui/icon.tsx';
import styles from './members-panel.module.css';
import { useOpenDirect } from './use-open-direct.ts';

export interface Member {
  user: User;
  state: SeenPresence;
}

const signs = { admin: 'shield', technician: 'gear', viewer: 'eye' } as const;

/** People in rows; of thousands only those in sight are drawn. */
export function MemberList({ people }: { people: readonly Member[] }) {
  const { t } = useText();
  const me = useMe();
  const openDirect = useOpenDirect();
  const rowPx = useNarrow() ? 44 : 36;
  const scroller = useRef<HTMLDivElement>(null);
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
        {virtual.getVirtualItems().map(row => {
          const { user, state } = people[row.index]!;
          return (
            <li key={row.key} style={{ transform: `translateY(${row.start}px)` }}>
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
          );
        })}
      </ul>
    </div>
  );
}
