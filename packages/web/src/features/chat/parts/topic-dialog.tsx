import type { OwnChannel } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { type FormEvent, useState } from 'react';
import { useConnection } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, TextField } from '../../../ui/field.tsx';

/** Changes what a channel is about. */
export function TopicDialog({ channel, called, onClose }: { channel: OwnChannel; called: string; onClose: () => void }) {
  const { t, sentence } = useText();
  const connection = useConnection();
  const [topic, setTopic] = useState(channel.topic);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await connection.call('channel.update', { channelId: channel.channelId, topic: topic.trim() });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('topic.title', { channel: called })} onClose={onClose}>
      <form onSubmit={save}>
        <TextField
          label={t('topic.label')}
          hint={t('topic.hint')}
          value={topic}
          maxLength={limits.topicChars}
          onChange={event => setTopic(event.target.value)}
          data-autofocus
        />
        <FormError>{error !== undefined && sentence(error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {t('save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
