import type { Message, User } from '@aerie/contract';
import { memo, useEffect, useRef, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar, GuestTile } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { IncidentCard } from '../../incidents/parts/incident-card.tsx';
import { MessageEditor } from './message-editor.tsx';
import styles from './message-row.module.css';
import { MessageText } from './message-text.tsx';
import { useLongPress } from './use-long-press.ts';

export interface MessageActs {
  edit(message: Message): void;
  remove(message: Message): void;
  copy(message: Message): void;
  /** On touch: all of the above in a sheet. */
  open(message: Message): void;
  stopEditing(): void;
}

/** A message’s own name, read when the focus comes to it; the whole text stands inside. */
const labelChars = 240;

interface MessageRowProps {
  message: Message;
  author: User | undefined;
  joined: boolean;
  /** It mentions oneself. */
  namesMe: boolean;
  mayEdit: boolean;
  mayDelete: boolean;
  editing: boolean;
  /** Has its turn in the order of Tab. */
  tabbable: boolean;
  focused: boolean;
  onActive: (messageId: string) => void;
  acts: MessageActs;
}

/** One message, with what one may do to it while it is hovered or focused. */
export const MessageRow = memo(function MessageRow({
  message,
  author,
  joined,
  namesMe,
  mayEdit,
  mayDelete,
  editing,
  tabbable,
  focused,
  onActive,
  acts,
}: MessageRowProps) {
  const { t } = useText();
  const [near, setNear] = useState(false);
  const row = useRef<HTMLElement>(null);
  const press = useLongPress(() => acts.open(message));
  const name = author?.name ?? message.authorName;

  useEffect(() => {
    if (focused) row.current?.focus();
  }, [focused]);

  return (
    <article
      ref={row}
      className={styles.row}
      data-joined={joined || undefined}
      data-names-me={namesMe || undefined}
      data-editing={editing || undefined}
      tabIndex={tabbable ? 0 : -1}
      aria-label={t('news.direct', { name, text: message.content.slice(0, labelChars) })}
      onPointerEnter={event => event.pointerType === 'mouse' && setNear(true)}
      onPointerLeave={() => setNear(false)}
      onFocus={() => {
        setNear(true);
        onActive(message.messageId);
      }}
      onBlur={event => !event.currentTarget.contains(event.relatedTarget) && setNear(false)}
      {...press}
    >
      {joined ? (
        <Moment at={message.createdAt} as="clock" className={styles.gutter} />
      ) : (
        <span className={styles.tile}>{message.authorId === null ? <GuestTile /> : <Avatar id={message.authorId} name={name} />}</span>
      )}
      <div className={styles.body}>
        {!joined && (
          <header className={styles.head}>
            <span className={styles.name}>{name}</span>
            {author?.kind === 'bot' && <span className={styles.badge}>{t('person.bot')}</span>}
            {message.authorId === null && <span className={styles.badge}>{t('person.guest')}</span>}
            <Moment at={message.createdAt} as="message" className={styles.time} />
          </header>
        )}
        {editing ? (
          <MessageEditor message={message} onDone={acts.stopEditing} />
        ) : message.card ? (
          <IncidentCard card={message.card} />
        ) : (
          <div className={styles.content} data-edited={message.editedAt !== null || undefined}>
            <MessageText content={message.content} mentions={message.mentions} />
            {message.editedAt !== null && <Edited at={message.editedAt} />}
          </div>
        )}
      </div>
      {near && !editing && (
        <div className={styles.acts}>
          <IconButton icon="copy" label={t('message.copy')} onClick={() => acts.copy(message)} />
          {mayEdit && <IconButton icon="edit" label={t('message.edit')} keys="E" onClick={() => acts.edit(message)} />}
          {mayDelete && <IconButton icon="trash" label={t('message.delete')} keys="⌫" onClick={() => acts.remove(message)} />}
        </div>
      )}
    </article>
  );
});

function Edited({ at }: { at: number }) {
  const { t, times } = useText();
  return (
    <span className={styles.edited} title={times.absolute(at)}>
      {t('message.edited')}
    </span>
  );
}
