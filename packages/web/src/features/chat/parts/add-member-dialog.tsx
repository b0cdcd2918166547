import type { OwnChannel, User } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useState } from 'react';
import { useConnection, useLive } from '../../../app/context.ts';
import { fit } from '../../../app/matching.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from './browse-dialog.module.css';

/** Whoever is not among these is found by typing more of the name. */
const most = 50;

interface AddMemberDialogProps {
  channel: OwnChannel;
  called: string;
  memberIds: readonly string[];
  onClose: () => void;
}

/** Brings people into a channel: those whose role may be in it and who are not yet. */
export function AddMemberDialog({ channel, called, memberIds, onClose }: AddMemberDialogProps) {
  const { t, sentence, compare } = useText();
  const say = useSay();
  const connection = useConnection();
  const users = useLive(state => state.users);
  const [typed, setTyped] = useState('');
  const [busyId, setBusyId] = useState<string>();

  const members = new Set(memberIds);
  const shown = [...users.values()]
    .filter(user => user.kind === 'person' && !user.disabled && !members.has(user.userId) && atLeast(user.role, channel.minRole))
    .flatMap(user => {
      const score = fit(typed, user.name);
      return score === undefined ? [] : [{ user, score }];
    })
    .sort((a, b) => b.score - a.score || compare(a.user.name, b.user.name))
    .slice(0, most);

  const add = async (user: User) => {
    setBusyId(user.userId);
    try {
      await connection.call('member.add', { channelId: channel.channelId, userId: user.userId });
      say(t('members.added', { name: user.name, channel: called }));
    } catch (error) {
      say(sentence(error), 'bad');
    }
    setBusyId(undefined);
  };

  return (
    <Dialog title={t('members.addTo', { channel: called })} onClose={onClose}>
      <TextField label={t('browse.filter')} value={typed} onChange={event => setTyped(event.target.value)} data-autofocus />
      <div className={styles.list}>
        {shown.length === 0 ? (
          <Blank icon="people" title={t('members.nobody')} />
        ) : (
          <ul>
            {shown.map(({ user }) => (
              <li key={user.userId} className={styles.row}>
                <Avatar id={user.userId} name={user.name} size={24} />
                <div className={styles.words}>
                  <p className={styles.name}>{user.name}</p>
                  <p className={styles.about}>{t(`role.${user.role}`)}</p>
                </div>
                <Button busy={busyId === user.userId} onClick={() => void add(user)}>
                  {t('members.add')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
