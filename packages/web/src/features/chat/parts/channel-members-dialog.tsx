import type { Channel, User } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useState } from 'react';
import { useLive } from '../../../app/context.ts';
import { fit } from '../../../app/matching.ts';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { useMembers } from '../queries.ts';
import styles from './browse-dialog.module.css';

/** Whoever is not among these is found by typing more of the name. */
const most = 50;

/** Who belongs to a channel, for an administrator who need not be in it: takes people out and brings others in. */
export function ChannelMembersDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t, compare } = useText();
  const act = useDo();
  const users = useLive(state => state.users);
  const members = useMembers(channel.channelId);
  const [typed, setTyped] = useState('');
  const { channelId } = channel;
  const called = `#${channel.name}`;

  const ids = new Set(members.data?.userIds);
  const fitting = [...users.values()]
    .filter(user => !user.disabled && (ids.has(user.userId) || (user.kind === 'person' && atLeast(user.role, channel.minRole))))
    .flatMap(user => {
      const score = fit(typed, user.name);
      return score === undefined ? [] : [{ user, score }];
    })
    .sort((a, b) => b.score - a.score || compare(a.user.name, b.user.name))
    .map(each => each.user);
  const inside = fitting.filter(user => ids.has(user.userId)).slice(0, most);
  const outside = fitting.filter(user => !ids.has(user.userId)).slice(0, most);

  const row = (user: User, isMember: boolean) => (
    <li key={user.userId} className={styles.row}>
      <Avatar id={user.userId} name={user.name} size={24} />
      <div className={styles.words}>
        <p className={styles.name}>{user.name}</p>
        <p className={styles.about}>{user.kind === 'bot' ? t('person.bot') : t(`role.${user.role}`)}</p>
      </div>
      {isMember ? (
        <Button
          look="quiet"
          onClick={() =>
            void act('member.remove', { channelId, userId: user.userId }, t('members.removed', { name: user.name, channel: called }))
          }
        >
          {t('members.remove')}
        </Button>
      ) : (
        <Button
          onClick={() =>
            void act('member.add', { channelId, userId: user.userId }, t('members.added', { name: user.name, channel: called }))
          }
        >
          {t('members.add')}
        </Button>
      )}
    </li>
  );

  return (
    <Dialog title={t('members.of', { channel: called })} onClose={onClose}>
      <TextField label={t('browse.filter')} value={typed} onChange={event => setTyped(event.target.value)} data-autofocus />
      <div className={styles.list}>
        {members.isPending ? (
          <SkeletonRows count={5} />
        ) : members.isError ? (
          <Failed error={members.error} retry={() => void members.refetch()} />
        ) : inside.length + outside.length === 0 ? (
          <Blank icon="people" title={t('users.none')} />
        ) : (
          <>
            {inside.length > 0 && <h3 className={styles.group}>{t('members.inside', { count: ids.size })}</h3>}
            <ul>{inside.map(user => row(user, true))}</ul>
            {outside.length > 0 && <h3 className={styles.group}>{t('members.outside')}</h3>}
            <ul>{outside.map(user => row(user, false))}</ul>
          </>
        )}
      </div>
    </Dialog>
  );
}
