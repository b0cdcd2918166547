import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { type SiteDetail, useDiagnostics } from '../queries.ts';
import { DiagnosticForm } from './diagnostic-form.tsx';
import { DiagnosticRow } from './diagnostic-row.tsx';
import styles from './diagnostics-panel.module.css';

/** What one may have the site's probes look at now, and what they were asked before. */
export function DiagnosticsPanel({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const shown = useDiagnostics(detail.site.siteId);
  const probes = detail.probes.filter(({ connected, revokedAt }) => connected && revokedAt === null);
  return (
    <section className={styles.panel} aria-label={t('diagnose.title')}>
      <p className={styles.soft}>{t('diagnose.text')}</p>
      {detail.policy.diagnostics.length === 0 ? (
        <p>{t('diagnose.nothing')}</p>
      ) : probes.length === 0 ? (
        <p>{t('diagnose.noProbe')}</p>
      ) : (
        <DiagnosticForm detail={detail} probes={probes} />
      )}
      <h2>{t('diagnose.history')}</h2>
      {shown.data ? (
        shown.data.length === 0 ? (
          <p className={styles.soft}>{t('diagnose.none')}</p>
        ) : (
          <ol className={styles.list}>
            {shown.data.map((diagnostic, index) => (
              <DiagnosticRow key={diagnostic.diagnosticId} diagnostic={diagnostic} first={index === 0} />
            ))}
          </ol>
        )
      ) : shown.isError ? (
        <Failed error={shown.error} retry={() => void shown.refetch()} />
      ) : (
        <SkeletonRows count={3} />
      )}
    </section>
  );
}
