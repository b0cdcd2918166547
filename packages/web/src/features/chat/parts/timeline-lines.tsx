import type { OwnChannel } from '@aerie/contract';
import { isClosed, otherUserId } from '../../../app/channels.ts';
import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useNow } from '../../../ui/time.tsx';
import styles from './timeline-lines.module.css';

/** The line above the first message of a day. */
export function DayLine({ at }: { at: number }) {
  const { times } = useText();
  const now = useNow();
  return (
    <div className={styles.line}>
      <h2>{times.day(at, now)}</h2>
    </div>
  );
}

/** The line above what was said since one left. */
export function NewLine() {
  const { t } = useText();
  return (
    <div className={`${styles.line} ${styles.new}`}>
      <h2>{t('timeline.new')}</h2>
    </div>
  );
}

/** What stands above the first message of a channel. */
export function TimelineStart({ channel, called }: { channel: OwnChannel; called: string }) {
  const { t } = useText();
  const meId = useLive(state => state.me.userId);
  const other = useLive(state => state.users.get(otherUserId(channel, meId) ?? ''));
  return (
    <div className={styles.start}>
      {channel.kind === 'direct' && other ? (
        <Avatar id={other.userId} name={other.name} size={40} />
      ) : (
        <span className={styles.icon}>
          <Icon name={isClosed(channel) ? 'lock' : 'hash'} size={22} />
        </span>
      )}
      <h2>{channel.kind === 'direct' ? called : channel.name}</h2>
      <p>
        {channel.kind === 'direct' && other?.userId === meId
          ? t('start.self')
          : channel.kind === 'direct'
            ? t('start.direct', { name: called })
            : t('start.channel', { channel: called })}
      </p>
    </div>
  );
}
