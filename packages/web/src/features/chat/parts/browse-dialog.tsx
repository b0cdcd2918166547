import { channelKey } from '@aerie/contract/names';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isClosed } from '../../../app/channels.ts';
import { useConnection } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useBrowse } from '../queries.ts';
import styles from './browse-dialog.module.css';

/** All public channels, to join or to open. */
export function BrowseDialog({ onClose }: { onClose: () => void }) {
  const { t, sentence, compare } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const connection = useConnection();
  const browse = useBrowse();
  const [typed, setTyped] = useState('');
  const [busyId, setBusyId] = useState<string>();

  const shown = (browse.data?.channels ?? [])
    .filter(channel => !channel.archived && channelKey(channel.name).includes(channelKey(typed.trim())))
    .sort((a, b) => compare(a.name, b.name));

  const open = (name: string) => {
    onClose();
    void navigate({ to: '/c/$channel', params: { channel: name } });
  };
  const join = async (channelId: string, name: string) => {
    setBusyId(channelId);
    try {
      await connection.call('member.join', { channelId });
      await client.invalidateQueries({ queryKey: ['channel.browse'] });
      open(name);
    } catch (error) {
      say(sentence(error), 'bad');
      setBusyId(undefined);
    }
  };

  return (
    <Dialog title={t('browse.title')} onClose={onClose} wide>
      <TextField label={t('browse.filter')} value={typed} onChange={event => setTyped(event.target.value)} data-autofocus />
      <div className={styles.list}>
        {browse.isPending ? (
          <SkeletonRows count={4} />
        ) : browse.isError ? (
          <Failed error={browse.error} retry={() => void browse.refetch()} />
        ) : shown.length === 0 ? (
          <Blank icon="hash" title={t('browse.none')} />
        ) : (
          <ul>
            {shown.map(channel => (
              <li key={channel.channelId} className={styles.row}>
                <Icon name={isClosed(channel) ? 'lock' : 'hash'} />
                <div className={styles.words}>
                  <p className={styles.name}>{channel.name}</p>
                  <p className={styles.about}>
                    {t('browse.members', { count: channel.members })}
                    {channel.topic && ` · ${channel.topic}`}
                  </p>
                </div>
                {channel.joined ? (
                  <Button look="quiet" onClick={() => open(channel.name)}>
                    {t('browse.open')}
                  </Button>
                ) : (
                  <Button busy={busyId === channel.channelId} onClick={() => void join(channel.channelId, channel.name)}>
                    {t('browse.join')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
