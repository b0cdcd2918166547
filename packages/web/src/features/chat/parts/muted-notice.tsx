import type { ErrorParams } from '@aerie/contract/errors';
import { useEffect, useState } from 'react';
import { useConnection } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Icon } from '../../../ui/icon.tsx';
import styles from './composer.module.css';

interface MutedNoticeProps {
  channelId: string;
  until: number;
  hasDraft: boolean;
}

/** In place of where one writes, for whoever may only read for a time: until when, and why. */
export function MutedNotice({ channelId, until, hasDraft }: MutedNoticeProps) {
  const { t, times } = useText();
  const connection = useConnection();
  const [because, setBecause] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new mute may have another reason
  useEffect(() => {
    // The reason is told to nobody else, so it is not among what all know of a person: the door says it to who knocks.
    connection.call('typing.start', { channelId }).catch((error: { code?: string; params?: ErrorParams }) => {
      if (error.code === 'muted') setBecause(String(error.params?.because ?? '').replace(/^ \(|\)$/g, ''));
    });
  }, [connection, channelId, until]);
  return (
    <div className={`${styles.closed} ${styles.muted}`} role="status">
      <Icon name="mute" />
      <div>
        <p className={styles.mutedHead}>{t('composer.muted', { moment: times.short(until) })}</p>
        {because !== '' && <p>{t('composer.mutedWhy', { reason: because })}</p>}
        {hasDraft && <p>{t('composer.draftKept')}</p>}
      </div>
    </div>
  );
}
