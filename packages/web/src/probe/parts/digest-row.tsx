import type { ReportDigest } from '@aerie/contract/dashboard';
import { Go } from '../route.tsx';
import { useWords } from '../words.tsx';
import { Moment } from './moment.tsx';
import styles from './rows.module.css';

/** One report in a line. */
export function DigestRow({ digest }: { digest: ReportDigest }) {
  const { t, times, figures } = useWords();
  const full = digest.kind === 'full';
  return (
    <Go to={`/scans/${digest.name.replace(/\.json$/, '')}`} className={styles.row} data-quiet={!full || undefined}>
      <span className={styles.when}>{times.short(digest.finishedAt)}</span>
      <Moment at={digest.finishedAt} className={styles.ago} />
      <span className={styles.kind}>{t(full ? 'scans.full' : 'scans.sweep')}</span>
      <span className={styles.what}>
        {t('report.hosts', { count: digest.hostsUp })}
        {full && ` · ${t('report.ports', { count: digest.openPorts })}`}
        {digest.wanLoss !== null &&
          ` · ${t('scans.wanOf', { latency: digest.wanMedianMs === null ? t('wan.noAnswer') : figures.latency(digest.wanMedianMs) })}`}
      </span>
      <span className={digest.waiting ? styles.waiting : styles.sent}>{t(digest.waiting ? 'scans.waiting' : 'scans.sent')}</span>
    </Go>
  );
}
