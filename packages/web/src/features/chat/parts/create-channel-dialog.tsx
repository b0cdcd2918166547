import { limits } from '@aerie/contract/limits';
import { channelNameProblem } from '@aerie/contract/names';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useConnection, useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Choice, FormError, TextField } from '../../../ui/field.tsx';
import styles from './create-channel-dialog.module.css';

/** Makes a channel and goes to it. */
export function CreateChannelDialog({ onClose }: { onClose: () => void }) {
  const { t, sentence } = useText();
  const navigate = useNavigate();
  const connection = useConnection();
  const me = useMe();
  const [typed, setTyped] = useState('');
  const [topic, setTopic] = useState('');
  const [kind, setKind] = useState<'public' | 'private'>('public');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  // What one would type as a title becomes a name: spaces turn into dashes.
  const name = typed.replace(/^#/, '').trim().replace(/\s+/g, '-');
  const problem = name === '' ? undefined : channelNameProblem(name);

  const create = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { channelId } = await connection.call('channel.create', { name, kind, topic: topic.trim() });
      onClose();
      await navigate({ to: '/c/$channel', params: { channel: channelId } });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <Dialog title={t('create.title')} onClose={onClose}>
      <form onSubmit={create} className={styles.form}>
        <TextField
          label={t('create.name')}
          hint={name && name !== typed ? `#${name}` : t('create.nameHint')}
          error={problem && sentence({ code: 'bad_channel_name', params: { reason: problem } })}
          value={typed}
          autoComplete="off"
          onChange={event => setTyped(event.target.value)}
          data-autofocus
        />
        <TextField
          label={t('topic.label')}
          hint={t('topic.hint')}
          value={topic}
          maxLength={limits.topicChars}
          onChange={event => setTopic(event.target.value)}
        />
        {/* Only administrators bring people in: anybody else would sit in a private channel alone. */}
        {me.role === 'admin' && (
          <Choice
            label={t('create.kind')}
            value={kind}
            options={[
              { value: 'public', label: t('create.public') },
              { value: 'private', label: t('create.private') },
            ]}
            onChange={setKind}
          />
        )}
        <FormError>{error !== undefined && sentence(error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} disabled={name === '' || problem !== undefined}>
            {t('create.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
