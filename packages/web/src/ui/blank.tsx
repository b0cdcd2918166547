import type { ReactNode } from 'react';
import { useText } from '../i18n/use-text.tsx';
import styles from './blank.module.css';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** Where there is nothing to show: what would stand here, and how it comes. */
export function Blank({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.blank}>
      <span className={styles.icon}>
        <Icon name={icon} size={24} />
      </span>
      <h2 className={styles.title}>{title}</h2>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** What could not be loaded, why, and the mend. */
export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t, sentence } = useText();
  return (
    <Blank
      icon="warn"
      title={t('failed.title')}
      action={
        <Button icon="retry" onClick={retry}>
          {t('retry')}
        </Button>
      }
    >
      {sentence(error)}
    </Blank>
  );
}

const widths = ['62%', '84%', '45%', '71%', '55%', '78%'];

/** The shape of rows that are on their way. */
export function SkeletonRows({ count = 6, tall = false }: { count?: number; tall?: boolean }) {
  const { t } = useText();
  return (
    <div className={styles.skeleton} role="status">
      <span className="hidden-text">{t('loading')}</span>
      {Array.from({ length: count }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <div key={row} className={tall ? styles.tallRow : styles.row} aria-hidden="true">
          <span className={styles.tile} />
          <span className={styles.bars}>
            {tall && <span className={styles.bar} style={{ width: '18%' }} />}
            <span className={styles.bar} style={{ width: widths[row % widths.length] }} />
          </span>
        </div>
      ))}
    </div>
  );
}
