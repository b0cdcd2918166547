import type { Message, OwnChannel } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useMemo, useRef, useState } from 'react';
import { useConnection, useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { copyText } from '../../../ui/copy-button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { ChannelHeader } from './channel-header.tsx';
import { Composer, type ComposerHandle } from './composer.tsx';
import styles from './conversation.module.css';
import type { MessageActs } from './message-row.tsx';
import { MessageText } from './message-text.tsx';
import { Timeline, type TimelineHandle } from './timeline.tsx';

/** One channel: its head, its messages, and where one writes. */
export function Conversation({
  channel,
  called,
  detail,
  onDetail,
}: {
  channel: OwnChannel;
  called: string;
  detail: boolean;
  onDetail: () => void;
}) {
  const { t } = useText();
  const say = useSay();
  const me = useLive(state => state.me);
  const held = useLive(state => state.windows.get(channel.channelId));
  const [editingId, setEditingId] = useState<string>();
  const [removing, setRemoving] = useState<Message>();
  const [opened, setOpened] = useState<Message>();
  const timeline = useRef<TimelineHandle>(null);
  const composer = useRef<ComposerHandle>(null);

  const acts = useMemo<MessageActs>(
    () => ({
      edit: message => setEditingId(message.messageId),
      remove: setRemoving,
      copy: message => {
        copyText(message.content).then(
          () => say(t('copied')),
          () => say(t('copy.failed'), 'bad'),
        );
      },
      open: setOpened,
      stopEditing: () => {
        setEditingId(undefined);
        composer.current?.focus();
      },
    }),
    [say, t],
  );

  const fromSheet = (act: (message: Message) => void) => () => {
    if (opened) act(opened);
    setOpened(undefined);
  };
  const mine = (message: Message) => message.authorId === me.userId && atLeast(me.role, 'member');

  return (
    <main className={styles.conversation}>
      <ChannelHeader channel={channel} called={called} detail={detail} onDetail={onDetail} />
      <Timeline channel={channel} called={called} editingId={editingId} acts={acts} ref={timeline} />
      <Composer
        channel={channel}
        called={called}
        ref={composer}
        onSent={() => timeline.current?.toEnd()}
        onMembers={() => detail || onDetail()}
        onEditLast={() => {
          const last = held?.messages.findLast(mine);
          if (last) setEditingId(last.messageId);
        }}
      />
      {removing && <RemoveDialog message={removing} onClose={() => setRemoving(undefined)} />}
      {opened && (
        <Dialog title={t('message.by', { name: opened.authorName })} onClose={() => setOpened(undefined)}>
          <div className={styles.sheet}>
            <Button icon="copy" onClick={fromSheet(acts.copy)}>
              {t('message.copy')}
            </Button>
            {mine(opened) && (
              <Button icon="edit" onClick={fromSheet(acts.edit)}>
                {t('message.edit')}
              </Button>
            )}
            {(mine(opened) || me.role === 'admin') && (
              <Button icon="trash" onClick={fromSheet(setRemoving)}>
                {t('message.delete')}
              </Button>
            )}
          </div>
        </Dialog>
      )}
    </main>
  );
}

function RemoveDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const { t, sentence } = useText();
  const connection = useConnection();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const remove = async () => {
    setBusy(true);
    try {
      await connection.call('message.delete', { messageId: message.messageId });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('message.deleteTitle')} onClose={onClose}>
      <p>{t('message.deleteText')}</p>
      <div className={styles.quoted}>
        <MessageText content={message.content} />
      </div>
      <FormError>{error !== undefined && sentence(error)}</FormError>
      <DialogButtons>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button look="danger" busy={busy} onClick={() => void remove()} data-autofocus>
          {t('message.delete')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
