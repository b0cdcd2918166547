import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { IconButton } from './button.tsx';
import { useClearPlace } from './clear-place.ts';
import { Icon } from './icon.tsx';
import styles from './toast.module.css';

interface Notice {
  id: number;
  text: string;
  bad: boolean;
}

type Say = (text: string, kind?: 'good' | 'bad') => void;

const SayContext = createContext<Say>(() => {});

/** Room for short notices in a corner, above the fields there: what was done goes away by itself, what failed stays until it is closed. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useText();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const nextId = useRef(1);
  const place = useRef<HTMLDivElement>(null);
  useClearPlace(place, notices.length > 0);
  const close = useCallback((id: number) => setNotices(held => held.filter(notice => notice.id !== id)), []);
  const say = useCallback<Say>(
    (text, kind = 'good') => {
      const id = nextId.current++;
      setNotices(held => [...held.filter(notice => notice.text !== text).slice(-2), { id, text, bad: kind === 'bad' }]);
      if (kind === 'good') setTimeout(() => close(id), 4_000);
    },
    [close],
  );
  return (
    <SayContext value={say}>
      {children}
      <div ref={place} className={styles.toasts} role="status" aria-live="polite">
        {notices.map(notice => (
          <div key={notice.id} className={styles.toast} data-bad={notice.bad || undefined}>
            <Icon name={notice.bad ? 'warn' : 'check'} />
            <span>{notice.text}</span>
            <IconButton icon="close" label={t('close')} onClick={() => close(notice.id)} />
          </div>
        ))}
      </div>
    </SayContext>
  );
}

/** Says something shortly in the corner of the page. */
export function useSay(): Say {
  return useContext(SayContext);
}
