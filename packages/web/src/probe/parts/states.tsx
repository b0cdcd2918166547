import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { useWords } from '../words.tsx';
import styles from './states.module.css';

/** Where there is nothing to show: what would stand here, and how it comes. */
export function Blank({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.blank}>
      <Icon name={icon} size={24} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** What stands for a page until it is read, or when it could not be. */
export function Waiting({ error, again }: { error: unknown; again: () => void }) {
  const { t, sentence } = useWords();
  if (error === undefined)
    return (
      <div className={styles.loading} role="status">
        <span className="hidden-text">{t('local.loading')}</span>
        {['62%', '84%', '45%', '71%'].map(width => (
          <span key={width} style={{ width }} />
        ))}
      </div>
    );
  return (
    <Blank
      icon="warn"
      title={t('local.failed')}
      action={
        <Button icon="retry" onClick={again}>
          {t('local.retry')}
        </Button>
      }
    >
      {sentence(error)}
    </Blank>
  );
}
