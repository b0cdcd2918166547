import type { ReportSummary } from '@aerie/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useReports } from '../queries.ts';
import styles from './reports.module.css';

/** The reports of a site, newest first; any two of them can be compared. */
export function ReportList({ siteId, code }: { siteId: string; code: string }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [sweeps, setSweeps] = useState(false);
  const [chosen, setChosen] = useState<readonly ReportSummary[]>([]);
  const reports = useReports(siteId, sweeps);
  if (reports.isPending) return <SkeletonRows count={8} />;
  if (reports.isError) return <Failed error={reports.error} retry={() => void reports.refetch()} />;
  const all = reports.data.pages.flat();

  // A third choice takes the place of the first one.
  const choose = (report: ReportSummary) =>
    setChosen(held =>
      held.some(each => each.reportId === report.reportId)
        ? held.filter(each => each.reportId !== report.reportId)
        : [...held.slice(-1), report],
    );
  const compare = () => {
    const [older, newer] = chosen.toSorted((a, b) => a.finishedAt - b.finishedAt);
    void navigate({
      to: '/sites/$code',
      params: { code },
      search: { tab: 'reports', from: older!.reportId, report: newer!.reportId },
      resetScroll: false,
    });
  };
  return (
    <section aria-label={t('site.tab.reports')}>
      <div className={styles.bar}>
        <label className={styles.check}>
          <input type="checkbox" checked={sweeps} onChange={event => setSweeps(event.target.checked)} /> {t('report.sweeps')}
        </label>
        <span className={styles.soft}>{chosen.length < 2 && all.length > 1 && t('compare.choose')}</span>
        {chosen.length === 2 && (
          <Button look="primary" onClick={compare}>
            {t('compare.two')}
          </Button>
        )}
      </div>
      {all.length === 0 ? (
        <Blank icon="history" title={t('report.none')}>
          {t('report.noneText')}
        </Blank>
      ) : (
        <ul className={styles.list}>
          {all.map(each => (
            <li key={each.reportId} className={styles.item}>
              <Choose report={each} isChosen={chosen.some(held => held.reportId === each.reportId)} onChoose={() => choose(each)} />
              <Row report={each} code={code} />
            </li>
          ))}
        </ul>
      )}
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

function Choose({ report, isChosen, onChoose }: { report: ReportSummary; isChosen: boolean; onChoose: () => void }) {
  const { t, times } = useText();
  return (
    <label className={styles.choose}>
      <input
        type="checkbox"
        checked={isChosen}
        onChange={onChoose}
        aria-label={t('compare.this', { when: times.short(report.finishedAt) })}
      />
    </label>
  );
}

function Row({ report: each, code }: { report: ReportSummary; code: string }) {
  const { t, times } = useText();
  const { span } = useFigures();
  return (
    <Link to="/sites/$code" params={{ code }} search={{ tab: 'reports', report: each.reportId }} resetScroll={false} className={styles.row}>
      <span className={styles.when}>
        {times.short(each.finishedAt)} <Moment at={each.finishedAt} className={styles.soft} />
      </span>
      <span>
        {t('report.hosts', { count: each.hostsUp })}
        {each.kind === 'full' && ` · ${t('report.ports', { count: each.openPorts })}`}
      </span>
      <span className={styles.soft}>
        {each.kind === 'sweep' ? t('report.sweep') : t(`report.scanner.${each.scanner}`)},{' '}
        {t('report.took', { span: span(each.finishedAt - each.startedAt) })}
      </span>
      {each.file !== null && <span className={styles.file}>{t('report.fromFile', { file: each.file })}</span>}
      {each.late && <span className={styles.late}>{t('report.late')}</span>}
    </Link>
  );
}
