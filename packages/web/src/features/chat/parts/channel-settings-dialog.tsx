import type { Channel } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, TextField } from '../../../ui/field.tsx';
import { ChannelNameField, channelNameOf, isChannelName, RightsFields } from './channel-fields.tsx';
import styles from './create-channel-dialog.module.css';

/** Changes a channel: its name, what it is about, who may see it and who may write. Only what changed is sent. */
export function ChannelSettingsDialog({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t, sentence } = useText();
  const update = useAct('channel.update');
  const [name, setName] = useState(channel.name);
  const [topic, setTopic] = useState(channel.topic);
  const [rights, setRights] = useState({ minRole: channel.minRole, postRole: channel.postRole });

  const save = (event: FormEvent) => {
    event.preventDefault();
    const wanted = { name: channelNameOf(name), topic: topic.trim(), ...rights };
    const changed = Object.entries(wanted).filter(([key, value]) => channel[key as keyof typeof wanted] !== value);
    if (changed.length === 0) return onClose();
    update.mutate({ channelId: channel.channelId, ...Object.fromEntries(changed) }, { onSuccess: onClose });
  };
  return (
    <Dialog title={t('channel.settingsOf', { channel: `#${channel.name}` })} onClose={onClose}>
      <form onSubmit={save} className={styles.form}>
        <ChannelNameField value={name} onChange={setName} focus />
        <TextField
          label={t('topic.label')}
          hint={t('topic.hint')}
          value={topic}
          maxLength={limits.topicChars}
          onChange={event => setTopic(event.target.value)}
        />
        <RightsFields rights={rights} onChange={setRights} />
        <FormError>{update.isError && sentence(update.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={update.isPending} disabled={!isChannelName(name)}>
            {t('save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
