import { useText } from '../i18n/use-text.tsx';
import { SkeletonRows } from '../ui/blank.tsx';
import { Mark } from './mark.tsx';
import styles from './shell-skeleton.module.css';

/** The shape of the page while its first snapshot is on the way. */
export function ShellSkeleton() {
  const { t } = useText();
  return (
    <div className={styles.shell} role="status" aria-label={t('loading')}>
      <div className={styles.rail}>
        <Mark size={32} />
      </div>
      <div className={styles.side}>
        <SkeletonRows count={8} />
      </div>
      <div className={styles.main}>
        <SkeletonRows count={9} tall />
      </div>
    </div>
  );
}
