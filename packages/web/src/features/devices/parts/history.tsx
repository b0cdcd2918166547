import type { DeviceChange } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import styles from './device.module.css';

/** What happened to a device, the newest first, under the day on which it happened. */
export function History({ changes }: { changes: readonly DeviceChange[] }) {
  const { t, times } = useText();
  const now = useNow();
  if (changes.length === 0) return <p className={styles.soft}>{t('device.noHistory')}</p>;
  const days = [...Map.groupBy(changes, change => times.day(change.at, now))];
  return (
    <ol className={styles.history}>
      {days.map(([day, of]) => (
        <li key={day}>
          <h3>{day}</h3>
          <ul>
            {of.map(change => (
              <li key={change.changeId}>
                <Moment at={change.at} as="clock" className={styles.clock} />
                <Change change={change} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function Change({ change: { kind, port, protocol, before, after, by } }: { change: DeviceChange }) {
  const { t } = useText();
  return (
    <span className={styles.change}>
      <span>
        {t(`change.${kind}`)} {port !== null && <span className={styles.mono}>{`${port}/${protocol ?? 'tcp'}`}</span>}
      </span>
      {(before !== null || after !== null) && (
        <span className={styles.soft}>
          {before !== null && after !== null ? (
            <>
              <del>{before}</del> <span aria-hidden="true">→</span>
              <span className="hidden-text">{t('change.to')}</span> <ins>{after}</ins>
            </>
          ) : (
            (after ?? before)
          )}
        </span>
      )}
      {by !== null && <span className={styles.soft}>{t('change.by', { name: by })}</span>}
    </span>
  );
}
