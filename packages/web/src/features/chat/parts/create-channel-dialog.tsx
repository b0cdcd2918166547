import { limits } from '@aerie/contract/limits';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Choice, FormError, TextField } from '../../../ui/field.tsx';
import { ChannelNameField, channelNameOf, isChannelName, type Rights, RightsFields } from './channel-fields.tsx';
import styles from './create-channel-dialog.module.css';

/** Makes a channel and, unless `stay` is set, goes to it. */
export function CreateChannelDialog({ stay = false, onClose }: { stay?: boolean; onClose: () => void }) {
  const { t, sentence } = useText();
  const navigate = useNavigate();
  const me = useMe();
  const create = useAct('channel.create');
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [kind, setKind] = useState<'public' | 'private'>('public');
  const [rights, setRights] = useState<Rights>({ minRole: 'viewer', postRole: 'member' });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { name: channelNameOf(name), kind, topic: topic.trim(), ...rights },
      {
        onSuccess: ({ channelId }) => {
          onClose();
          if (!stay) void navigate({ to: '/c/$channel', params: { channel: channelId } });
        },
      },
    );
  };

  return (
    <Dialog title={t('create.title')} onClose={onClose}>
      <form onSubmit={submit} className={styles.form}>
        <ChannelNameField value={name} onChange={setName} focus />
        <TextField
          label={t('topic.label')}
          hint={t('topic.hint')}
          value={topic}
          maxLength={limits.topicChars}
          onChange={event => setTopic(event.target.value)}
        />
        {/* Only administrators bring people in: anybody else would sit in a private channel alone. */}
        {me.role === 'admin' && (
          <>
            <Choice
              label={t('create.kind')}
              value={kind}
              options={[
                { value: 'public', label: t('create.public') },
                { value: 'private', label: t('create.private') },
              ]}
              onChange={setKind}
            />
            <RightsFields rights={rights} onChange={setRights} />
          </>
        )}
        <FormError>{create.isError && sentence(create.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={create.isPending} disabled={!isChannelName(name)}>
            {t('create.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
