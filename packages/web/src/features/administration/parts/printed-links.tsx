import type { CommandOutput } from '@aerie/contract';
import { createPortal } from 'react-dom';
import { useText } from '../../../i18n/use-text.tsx';
import styles from './printed-links.module.css';

/** The invitations of a class as slips to cut out; seen on paper only. */
export function PrintedLinks({ invited }: { invited: CommandOutput<'user.import'>['invited'] }) {
  const { t } = useText();
  return createPortal(
    <div className={styles.sheet} aria-hidden="true">
      {invited.map(each => (
        <div key={each.link} className={styles.slip}>
          <p className={styles.name}>{each.name}</p>
          <p>{t('import.slip')}</p>
          <p className={styles.link}>{each.link}</p>
        </div>
      ))}
    </div>,
    document.body,
  );
}
