import type { Report, ReportedHost } from '@aerie/contract';
import type { ReportDigest } from '@aerie/contract/dashboard';
import { Icon } from '../../ui/icon.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Refused } from '../api.ts';
import cards from '../parts/cards.module.css';
import { Checks } from '../parts/checks.tsx';
import { Card, Fact, Facts } from '../parts/facts.tsx';
import { Missing } from '../parts/missing.tsx';
import { Blank, Waiting } from '../parts/states.tsx';
import { WanTable } from '../parts/wan-table.tsx';
import { Go } from '../route.tsx';
import { useData } from '../use-data.ts';
import { useWords } from '../words.tsx';
import styles from './pages.module.css';

/** One scan: what was found, and what could not be. */
export function ScanPage({ name }: { name: string }) {
  const { t } = useWords();
  const { data, error, again } = useData<{ digest: ReportDigest; report: Report }>(`reports/${name}.json`);
  return (
    <>
      <p className={styles.tool}>
        <Go to="/scans" className={styles.back}>
          <Icon name="back" /> {t('one.back')}
        </Go>
      </p>
      {data ? (
        <Found {...data} />
      ) : error instanceof Refused && error.code === 'not_found' ? (
        <Blank icon="history" title={t('one.gone')}>
          {t('one.goneText')}
        </Blank>
      ) : (
        <Waiting error={error} again={again} />
      )}
    </>
  );
}

function Found({ digest, report }: { digest: ReportDigest; report: Report }) {
  const { t, times, figures } = useWords();
  return (
    <div className={cards.cards}>
      <Card
        title={times.absolute(report.finishedAt)}
        wide
        aside={
          <a href={`/api/reports/${digest.name}/file`} download={digest.name} className={styles.save}>
            <Icon name="download" /> {t('one.save')}
          </a>
        }
      >
        <Facts>
          <Fact name={t('one.summary')}>
            {t('report.hosts', { count: digest.hostsUp })}
            {digest.kind === 'full' && ` · ${t('report.ports', { count: digest.openPorts })}`}
          </Fact>
          <Fact name={t('one.wan')}>
            {digest.wanLoss === null
              ? t('now.wanNone')
              : digest.wanMedianMs === null
                ? t('wan.noAnswer')
                : `${figures.latency(digest.wanMedianMs)}, ${t('wan.loss', { loss: figures.percent(digest.wanLoss) })}`}
          </Fact>
          <Fact name={t('report.took2')}>{figures.span(report.finishedAt - report.startedAt)}</Fact>
          <Fact name={t('report.by')}>{`${t(`report.scanner.${report.scanner}`)}, Harvester ${report.version}`}</Fact>
          <Fact name={t('report.scanned')} mono>
            {report.targets.join(', ') || '–'}
          </Fact>
          <Fact name={t('report.portsTried')} mono>
            {report.ports.replaceAll(',', ', ')}
          </Fact>
          <Fact name={t('now.nester')}>{digest.waiting ? <span className={cards.warn}>{t('one.notSent')}</span> : t('one.at')}</Fact>
          <Fact name={t('one.file')} mono>
            {digest.name}
          </Fact>
        </Facts>
      </Card>
      {report.wan.length > 0 && (
        <Card title={t('wan.title')} wide>
          <WanTable targets={report.wan} />
        </Card>
      )}
      <Checks report={report} />
      {report.missing.length > 0 && (
        <Card title={t('now.notMeasured')} wide>
          <Missing facts={report.missing} />
        </Card>
      )}
      {report.hosts.length === 0 && <p className={cards.soft}>{t('report.noHost')}</p>}
      {report.hosts.map(host => (
        <HostCard key={host.address} host={host} sweep={digest.kind === 'sweep'} />
      ))}
    </div>
  );
}

function HostCard({ host, sweep }: { host: ReportedHost; sweep: boolean }) {
  const { t, times, figures } = useWords();
  const title = host.hostname ?? host.address;
  return (
    <Card title={title} wide aside={<StateMark shape={host.status} word={t(`device.state.${host.status}`)} calm />}>
      <Facts>
        <Fact name={t('devices.address')} mono>
          {host.address}
        </Fact>
        <Fact name={t('devices.mac')} mono>
          {host.mac && [host.mac, host.vendor ?? (host.randomMac ? t('devices.random') : undefined)].filter(Boolean).join(' · ')}
        </Fact>
        <Fact name={t('devices.os')}>{host.os && `${host.os.name} (${figures.percent(host.os.accuracy / 100)})`}</Fact>
        <Fact name={t('devices.rtt')}>{host.rttMs === null ? null : figures.latency(host.rttMs)}</Fact>
      </Facts>
      {sweep ? (
        <p className={cards.faint}>{t('one.noPorts')}</p>
      ) : host.ports.length === 0 ? (
        <p className={cards.faint}>{t('devices.noPort')}</p>
      ) : (
        <table className={cards.table} aria-label={t('one.ports', { device: title })}>
          <thead>
            <tr>
              <th scope="col">{t('port.port')}</th>
              <th scope="col">{t('port.state')}</th>
              <th scope="col">{t('port.service')}</th>
            </tr>
          </thead>
          <tbody>
            {host.ports.map(port => (
              <tr key={`${port.protocol} ${port.port}`} className={port.state === 'open' ? undefined : cards.soft}>
                <td className={cards.mono}>
                  {port.port}/{port.protocol}
                </td>
                <td>
                  <StateMark
                    shape={port.state === 'open' ? 'up' : port.state === 'closed' ? 'down' : 'unknown'}
                    word={t(`port.state.${port.state}`)}
                    calm
                  />
                </td>
                <td>
                  {[port.service, port.product, port.version].filter(Boolean).join(' ') || '–'}
                  {port.title && <span className={cards.soft}> · {port.title}</span>}
                  {port.tls && (
                    <span className={cards.faint}>
                      {' '}
                      {port.tls.subject}, {t('one.certificate', { date: times.short(port.tls.notAfter) })}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
