import type { Probe } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import styles from './diagnostics-panel.module.css';

const phases = ['discovery', 'ports', 'services', 'udp', 'pages'] as const;

/** How far the scan is that runs now. */
export function ScanProgress({ scan: { phase, done, total } }: { scan: NonNullable<Probe['scan']> }) {
  const { t } = useText();
  const known = phases.find(each => each === phase);
  const words = t('site.scanRunning', { phase: known ? t(`site.phase.${known}`) : phase });
  return (
    <div className={styles.scan}>
      <span>
        {words}
        {total > 0 && <span className={styles.soft}> {t('site.scanProgress', { done, total })}</span>}
      </span>
      <progress max={total > 0 ? total : undefined} value={total > 0 ? Math.min(done, total) : undefined} aria-label={words} />
    </div>
  );
}
