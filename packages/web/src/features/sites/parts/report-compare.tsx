import type { ReportChange, ReportSummary } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useComparison } from '../queries.ts';
import styles from './reports.module.css';

/** What differs between two reports, device by device. */
export function ReportCompare({ fromReportId, toReportId, code }: { fromReportId: string; toReportId: string; code: string }) {
  const { t } = useText();
  const compared = useComparison(fromReportId, toReportId);
  return (
    <section className={styles.view} aria-label={t('compare.title')}>
      <div className={styles.viewHead}>
        <Link to="/sites/$code" params={{ code }} search={{ tab: 'reports' }} resetScroll={false} className={styles.back}>
          <Icon name="back" /> {t('report.back')}
        </Link>
        <Link
          to="/sites/$code"
          params={{ code }}
          search={{ tab: 'reports', from: toReportId, report: fromReportId }}
          resetScroll={false}
          replace
          className={styles.back}
        >
          <Icon name="retry" /> {t('compare.swap')}
        </Link>
      </div>
      {compared.isPending ? (
        <SkeletonRows count={6} />
      ) : compared.isError ? (
        <Failed error={compared.error} retry={() => void compared.refetch()} />
      ) : (
        <>
          <h2>{t('compare.title')}</h2>
          <div className={styles.pair}>
            <Side title={t('compare.from')} report={compared.data.from} code={code} />
            <Side title={t('compare.to')} report={compared.data.to} code={code} />
          </div>
          {compared.data.changes.length === 0 ? (
            <Blank icon="check" title={t('compare.same')}>
              {t('compare.sameText')}
            </Blank>
          ) : (
            <Changes changes={compared.data.changes} />
          )}
        </>
      )}
    </section>
  );
}

function Side({ title, report, code }: { title: string; report: ReportSummary; code: string }) {
  const { t, times } = useText();
  return (
    <p className={styles.side}>
      <span className={styles.soft}>{title}</span>
      <Link to="/sites/$code" params={{ code }} search={{ tab: 'reports', report: report.reportId }} resetScroll={false}>
        {times.short(report.finishedAt)}
      </Link>
      <span>
        {t('report.hosts', { count: report.hostsUp })} · {t('report.ports', { count: report.openPorts })}
      </span>
    </p>
  );
}

function Changes({ changes }: { changes: readonly ReportChange[] }) {
  const { t } = useText();
  const hosts = [...Map.groupBy(changes, change => change.address)];
  return (
    <>
      <p className={styles.soft}>
        {t('compare.count', { count: changes.length })} {t('compare.on', { count: hosts.length })}
      </p>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('compare.device')}</th>
              <th scope="col">{t('compare.what')}</th>
              <th scope="col">{t('compare.before')}</th>
              <th scope="col">{t('compare.after')}</th>
            </tr>
          </thead>
          <tbody>
            {hosts.flatMap(([address, of]) =>
              of.map((change, at) => (
                <tr key={`${address} ${change.kind} ${change.protocol} ${change.port} ${change.before} ${change.after}`}>
                  <td>
                    {at === 0 && (
                      <>
                        <span className={styles.mono}>{address}</span> {change.name}
                      </>
                    )}
                  </td>
                  <td>{changeWords(change, t(`change.${change.kind}`))}</td>
                  <td>{change.before ?? '–'}</td>
                  <td>{change.after ?? '–'}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}

function changeWords({ port, protocol }: ReportChange, what: string): string {
  return port === null ? what : `${what} ${port}/${protocol ?? 'tcp'}`;
}
