import { useEffect, useState } from 'react';
import { useNester } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { EntryFrame } from './entry-frame.tsx';
import { EntryNotice } from './entry-notice.tsx';

const everySeconds = 5;

/** The page is there and the server is not: tries again by itself. */
export function Unreachable() {
  const { t } = useText();
  const nester = useNester();
  const [left, setLeft] = useState(everySeconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft(seconds => seconds - 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left > 0) return;
    setLeft(everySeconds);
    void nester.start();
  }, [left, nester]);
  return (
    <EntryFrame>
      <EntryNotice
        title={t('unreachable.title')}
        text={t('unreachable.text', { count: Math.max(1, left) })}
        onRetry={() => void nester.start()}
      />
    </EntryFrame>
  );
}
