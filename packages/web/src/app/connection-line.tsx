import { useEffect, useState, useSyncExternalStore } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { Icon } from '../ui/icon.tsx';
import styles from './connection-line.module.css';
import { useOutbox, useStatus } from './context.ts';

/** A loss shorter than this is not worth a word. */
const patienceMs = 700;

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** A thin line while the connection is lost: what is happening, when it is tried again, what waits to be sent. */
export function ConnectionLine() {
  const { t } = useText();
  const { status, retryAt } = useStatus();
  const outbox = useOutbox();
  const online = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  const lost = status !== 'live' || !online;
  const [shown, setShown] = useState(false);
  const [now, setNow] = useState(Date.now);

  useEffect(() => {
    if (!lost) return setShown(false);
    const timer = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timer);
  }, [lost]);

  useEffect(() => {
    if (!shown) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [shown]);

  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - now) / 1000);
  const waiting = outbox.filter(each => !each.failed).length;
  return (
    <div className={styles.place} role="status">
      {shown && lost && (
        <p className={styles.line}>
          <Icon name="warn" />
          <span>
            {!online
              ? t('connection.offline')
              : status === 'waiting' && seconds > 0
                ? t('connection.retry', { count: seconds })
                : t('connection.trying')}
            {waiting > 0 && ` ${t('connection.waiting', { count: waiting })}`}
          </span>
        </p>
      )}
    </div>
  );
}
