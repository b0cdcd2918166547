import { useEffect } from 'react';
import { lookAtNotifying, notifying, switchNotifying } from '../../../app/notify.ts';
import { useStore } from '../../../app/store.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import styles from '../page.module.css';

/** Whether this browser tells of mentions and direct messages. The browser asks only when the button is pressed. */
export function NotifySection() {
  const { t } = useText();
  const state = useStore(notifying);
  useEffect(lookAtNotifying, []);
  return (
    <section className={styles.section}>
      <h2>{t('notify.title')}</h2>
      <p className={styles.text}>{t('notify.text')}</p>
      {state === 'denied' && <p className={styles.text}>{t('notify.denied')}</p>}
      {state === 'unsupported' && <p className={styles.text}>{t('notify.unsupported')}</p>}
      {state === 'on' && <p className={styles.here}>{t('notify.isOn')}</p>}
      {(state === 'on' || state === 'off') && (
        <Button className={styles.switch} icon="bell" onClick={() => void switchNotifying(state === 'off')}>
          {t(state === 'on' ? 'notify.off' : 'notify.on')}
        </Button>
      )}
    </section>
  );
}
