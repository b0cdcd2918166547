import type { MissingFact } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Moment } from '../../../ui/time.tsx';
import { missingReason } from '../missing-reason.ts';
import type { SiteDetail } from '../queries.ts';
import styles from './one-site.module.css';

/** The last report in short, and what it could not say. */
export function ReportCard({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const { span } = useFigures();
  const { lastReport: last, site } = detail;
  return (
    <section className={styles.card}>
      <div className={styles.cardHead}>
        <h2>
          {last ? (
            <Link to="/sites/$code" params={{ code: site.code }} search={{ tab: 'reports', report: last.reportId }} resetScroll={false}>
              {t('report.last')}
            </Link>
          ) : (
            t('report.last')
          )}
        </h2>
        {last && <Moment at={last.finishedAt} className={styles.soft} />}
      </div>
      {last ? (
        <>
          <p>
            {t('report.hosts', { count: last.hostsUp })} · {t('report.ports', { count: last.openPorts })}
          </p>
          <p className={styles.soft}>
            {t(`report.scanner.${last.scanner}`)}, {t('report.took', { span: span(last.finishedAt - last.startedAt) })}
          </p>
        </>
      ) : (
        <p className={styles.soft}>{t('report.noneText')}</p>
      )}
      <Missing facts={detail.missing} />
    </section>
  );
}

/** What could not be measured, and why. */
export function Missing({ facts, titled = true }: { facts: readonly MissingFact[]; titled?: boolean }) {
  const { t } = useText();
  if (facts.length === 0) return null;
  return (
    <div className={styles.missing}>
      {titled && <p>{t('report.missing')}</p>}
      <ul>
        {facts.map(({ fact, reason }) => (
          <li key={fact + reason}>{t('missing.because', { fact: t(`missing.${fact}`), reason: missingReason(reason, t) })}</li>
        ))}
      </ul>
    </div>
  );
}
