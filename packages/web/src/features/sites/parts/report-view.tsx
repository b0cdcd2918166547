import type { Report, ReportSummary } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Choice } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useRawReport, useReport, useReports } from '../queries.ts';
import { Missing } from './report-card.tsx';
import styles from './reports.module.css';

/** One report as it came: as a table to read, or as JSON. */
export function ReportView({ reportId, code }: { reportId: string; code: string }) {
  const { t } = useText();
  const shown = useReport(reportId);
  const [form, setForm] = useState<'readable' | 'raw'>('readable');
  return (
    <section className={styles.view} aria-label={t('site.tab.reports')}>
      <div className={styles.viewHead}>
        <Link to="/sites/$code" params={{ code }} search={{ tab: 'reports' }} resetScroll={false} className={styles.back}>
          <Icon name="back" /> {t('report.back')}
        </Link>
        {shown.data && <CompareWithLast siteId={shown.data.siteId} summary={shown.data.summary} code={code} />}
        <Choice
          label={t('report.form')}
          value={form}
          options={[
            { value: 'readable', label: t('report.readable') },
            { value: 'raw', label: t('report.raw') },
          ]}
          onChange={setForm}
        />
      </div>
      {shown.isPending ? (
        <SkeletonRows count={6} />
      ) : shown.isError ? (
        <Failed error={shown.error} retry={() => void shown.refetch()} />
      ) : form === 'raw' ? (
        <Raw reportId={reportId} />
      ) : (
        <Readable report={shown.data.report} summary={shown.data.summary} />
      )}
    </section>
  );
}

/** A way to what changed since the report before. */
function CompareWithLast({ siteId, summary, code }: { siteId: string; summary: ReportSummary; code: string }) {
  const { t } = useText();
  const known = useReports(siteId).data?.pages.flat() ?? [];
  const before = known.find(each => each.finishedAt < summary.finishedAt);
  if (!before || summary.kind === 'sweep') return null;
  return (
    <Link
      to="/sites/$code"
      params={{ code }}
      search={{ tab: 'reports', from: before.reportId, report: summary.reportId }}
      resetScroll={false}
      className={styles.back}
    >
      {t('compare.last')}
    </Link>
  );
}

/** As it came: what is copied is to the letter; JSON in one line is shown in many, so that it can be read. */
function Raw({ reportId }: { reportId: string }) {
  const raw = useRawReport(reportId);
  if (raw.isPending) return <SkeletonRows count={6} />;
  if (raw.isError) return <Failed error={raw.error} retry={() => void raw.refetch()} />;
  return (
    <>
      <div>
        <CopyButton text={raw.data} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <pre className={styles.raw} tabIndex={0}>
        {indented(raw.data)}
      </pre>
    </>
  );
}

function indented(content: string): string {
  if (!content.startsWith('{') || content.includes('\n')) return content;
  try {
    return JSON.stringify(JSON.parse(content), undefined, 2);
  } catch {
    return content;
  }
}

function Readable({ report, summary }: { report: Report; summary: ReportSummary }) {
  const { t, times } = useText();
  const { span, latency, percent } = useFigures();
  return (
    <>
      <dl className={styles.facts}>
        {summary.file !== null && <Fact name={t('report.file')}>{summary.file}</Fact>}
        <Fact name={t('report.when')}>{times.absolute(report.finishedAt)}</Fact>
        <Fact name={t('report.received')}>
          {times.absolute(summary.receivedAt)}
          {summary.late && <span className={styles.late}> {t('report.late')}</span>}
        </Fact>
        <Fact name={t('report.took2')}>{span(report.finishedAt - report.startedAt)}</Fact>
        <Fact name={t('report.by')}>{`${t(`report.scanner.${report.scanner}`)}, Harvester ${report.version}`}</Fact>
        <Fact name={t('report.machine')}>{[report.machine.name, ...report.machine.addresses].join(', ')}</Fact>
        <Fact name={t('report.scanned')}>{report.targets.join(', ') || '–'}</Fact>
        <Fact name={t('report.portsTried')}>{report.ports}</Fact>
        {report.wan.map(each => (
          <Fact key={each.target} name={`${t('wan.title')} ${each.target}`}>
            {each.medianMs === null ? t('wan.noAnswer') : latency(each.medianMs)}
            {each.sent > 0 && `, ${t('wan.loss', { loss: percent(1 - each.received / each.sent) })}`}
          </Fact>
        ))}
      </dl>
      <Missing facts={report.missing} />
      {report.hosts.length === 0 ? (
        <p className={styles.soft}>{t('report.noHost')}</p>
      ) : (
        <div className={styles.scroll}>
          <table className={styles.table} aria-label={t('site.tab.devices')}>
            <thead>
              <tr>
                <th scope="col">{t('report.status')}</th>
                <th scope="col">{t('devices.address')}</th>
                <th scope="col">{t('devices.name')}</th>
                <th scope="col">{t('devices.rtt')}</th>
                <th scope="col">{t('devices.os')}</th>
                <th scope="col">{t('port.port')}</th>
              </tr>
            </thead>
            <tbody>
              {report.hosts.map(host => (
                <tr key={host.address}>
                  <td>
                    <StateMark shape={host.status} word={t(`device.state.${host.status}`)} calm />
                  </td>
                  <td className={styles.mono}>{host.address}</td>
                  <td>{host.hostname ?? '–'}</td>
                  <td>{host.rttMs === null ? '–' : latency(host.rttMs)}</td>
                  <td>{host.os ? `${host.os.name} (${percent(host.os.accuracy / 100)})` : '–'}</td>
                  <td>
                    {host.ports.map(port => (
                      <span key={`${port.protocol} ${port.port}`} className={styles.port}>
                        <span className={styles.mono}>
                          {port.port}/{port.protocol}
                        </span>{' '}
                        {t(`port.state.${port.state}`)} {[port.service, port.product, port.version].filter(Boolean).join(' ')}
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
