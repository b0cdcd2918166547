import type { Pending } from '@aerie/client';
import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Icon } from '../../../ui/icon.tsx';
import styles from './message-row.module.css';
import { MessageText } from './message-text.tsx';

interface PendingRowProps {
  pending: Pick<Pending, 'content' | 'failed'>;
  joined: boolean;
  /** Left over from before the page was loaded: it goes nowhere by itself. */
  left?: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

/** A message of one's own on its way, or one that did not arrive, with what can be done about it. */
export function PendingRow({ pending, joined, left = false, onRetry, onDiscard }: PendingRowProps) {
  const { t, sentence } = useText();
  const me = useMe();
  const stuck = left || pending.failed !== undefined;
  return (
    <article
      className={[styles.row, !stuck && styles.pending].filter(Boolean).join(' ')}
      data-joined={joined || undefined}
      aria-label={t('news.direct', { name: me.name, text: pending.content.slice(0, 240) })}
    >
      {joined ? (
        <span />
      ) : (
        <span className={styles.tile}>
          <Avatar id={me.userId} name={me.name} />
        </span>
      )}
      <div className={styles.body}>
        {!joined && (
          <header className={styles.head}>
            <span className={styles.name}>{me.name}</span>
            {!stuck && <span className={styles.waiting}>{t('message.sending')}</span>}
          </header>
        )}
        <div className={styles.content}>
          <MessageText content={pending.content} />
        </div>
        {stuck && (
          <div className={styles.failed} role="alert">
            <span>
              <Icon name="warn" />
              {t('message.notSent')} {pending.failed ? sentence(pending.failed) : t('message.leftOver')}
            </span>
            <button type="button" className={styles.link} onClick={onRetry}>
              {t('retry')}
            </button>
            <button type="button" className={styles.link} onClick={onDiscard}>
              {t('message.discard')}
            </button>
          </div>
        )}
      </div>
    </article>
  );
}
