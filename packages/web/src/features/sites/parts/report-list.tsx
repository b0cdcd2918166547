import { Link } from '@tanstack/react-router';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useReports } from '../queries.ts';
import styles from './reports.module.css';

/** The reports of a site, newest first. */
export function ReportList({ siteId, code }: { siteId: string; code: string }) {
  const { t } = useText();
  const { span } = useFigures();
  const reports = useReports(siteId);
  if (reports.isPending) return <SkeletonRows count={8} />;
  if (reports.isError) return <Failed error={reports.error} retry={() => void reports.refetch()} />;
  const all = reports.data.pages.flat();
  if (all.length === 0) {
    return (
      <Blank icon="history" title={t('report.none')}>
        {t('report.noneText')}
      </Blank>
    );
  }
  return (
    <section aria-label={t('site.tab.reports')}>
      <ul className={styles.list}>
        {all.map(each => (
          <li key={each.reportId}>
            <Link
              to="/sites/$code"
              params={{ code }}
              search={{ tab: 'reports', report: each.reportId }}
              resetScroll={false}
              className={styles.row}
            >
              <Moment at={each.finishedAt} className={styles.when} />
              <span>
                {t('report.hosts', { count: each.hostsUp })} · {t('report.ports', { count: each.openPorts })}
              </span>
              <span className={styles.soft}>
                {t(`report.scanner.${each.scanner}`)}, {t('report.took', { span: span(each.finishedAt - each.startedAt) })}
              </span>
              {each.late && <span className={styles.late}>{t('report.late')}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {reports.hasNextPage && (
        <div className={styles.more}>
          <Button busy={reports.isFetchingNextPage} onClick={() => void reports.fetchNextPage()}>
            {t('report.older')}
          </Button>
        </div>
      )}
    </section>
  );
}
