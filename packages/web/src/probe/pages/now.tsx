import type { DashboardStatus, DashboardWan } from '@aerie/contract/dashboard';
import type { ReactNode } from 'react';
import { useStore } from '../../app/store.ts';
import { Icon } from '../../ui/icon.tsx';
import { type Shape, StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/time.tsx';
import { news } from '../live.ts';
import styles from '../parts/cards.module.css';
import { Curve } from '../parts/curve.tsx';
import { Card, Fact, Facts } from '../parts/facts.tsx';
import { Missing } from '../parts/missing.tsx';
import { Moment } from '../parts/moment.tsx';
import { PolicyCard } from '../parts/policy-card.tsx';
import { Waiting } from '../parts/states.tsx';
import { WanTable } from '../parts/wan-table.tsx';
import { Go } from '../route.tsx';
import { useData } from '../use-data.ts';
import { useWords } from '../words.tsx';

const toleratedSkewMs = 2_000;

/** How the probe and its site are now. */
export function NowPage() {
  const { t } = useWords();
  const { data: status, error, again } = useData<DashboardStatus>('status');
  const { data: wan } = useData<DashboardWan>('wan');
  if (!status) return <Waiting error={error} again={again} />;
  return (
    <div className={styles.cards}>
      {status.clone && (
        <Notice grave title={t('now.clone', { name: status.clone.name })}>
          {t('now.cloneText')}
        </Notice>
      )}
      {status.refusedPolicy && (
        <Notice title={t('now.refused', { version: status.refusedPolicy.version })}>
          {t('now.refusedText', { reason: status.refusedPolicy.reason, held: status.policy.version })}
        </Notice>
      )}
      {status.unwritten > 0 && (
        <Notice grave title={t('now.unwritten', { count: status.unwritten })}>
          {t('now.unwrittenText')}
        </Notice>
      )}
      {status.dropped > 0 && <Notice title={t('now.dropped', { count: status.dropped })}>{t('now.droppedText')}</Notice>}
      <LastScan status={status} />
      <Devices status={status} />
      <Card title={t('now.wan')} wide aside={wan?.at ? <Moment at={wan.at} className={styles.faint} /> : undefined}>
        <p className={styles.figure}>
          <strong>{status.wanMeanMs === null ? t('now.wanNone') : <Latency ms={status.wanMeanMs} />}</strong>
        </p>
        {wan && <Curve series={wan.series} />}
        {wan && wan.targets.length > 0 ? (
          <WanTable targets={wan.targets} />
        ) : (
          <p className={styles.soft}>{t(hasTargets(status) ? 'wan.unmeasured' : 'wan.none')}</p>
        )}
      </Card>
      <Machine status={status} />
      <Nester status={status} />
      <PolicyCard policy={status.policy} />
      {status.lastScan && (
        <Card title={t('now.notMeasured')} wide>
          {status.missing.length > 0 ? <Missing facts={status.missing} /> : <p className={styles.soft}>{t('now.allMeasured')}</p>}
        </Card>
      )}
    </div>
  );
}

function Notice({ title, grave = false, children }: { title: string; grave?: boolean; children: ReactNode }) {
  return (
    <div className={styles.notice} data-grave={grave || undefined} role="alert">
      <Icon name="warn" />
      <div>
        <p>
          <strong>{title}</strong>
        </p>
        <p>{children}</p>
      </div>
    </div>
  );
}

function Latency({ ms }: { ms: number }) {
  return useWords().figures.latency(ms);
}

function hasTargets({ policy }: DashboardStatus): boolean {
  return policy.wanTargets.length + policy.providerTargets.length > 0 || policy.gateway === 'auto';
}

function LastScan({ status }: { status: DashboardStatus }) {
  const { t, figures } = useWords();
  const now = useNow();
  const { lastScan: last, lastReport, policy } = status;
  const isOld = last !== null && now - last.finishedAt > policy.scanEveryMs * 2.5;
  return (
    <Card title={t('now.lastScan')} aside={isOld && <span className={styles.warn}>{t('now.old')}</span>}>
      <p className={styles.figure} data-old={isOld || undefined}>
        <strong>{last ? <Moment at={last.finishedAt} /> : t('now.noScan')}</strong>
      </p>
      {last ? (
        <>
          <p>
            <Go to={`/scans/${last.name.replace(/\.json$/, '')}`}>
              {t('report.hosts', { count: last.hostsUp })} · {t('report.ports', { count: last.openPorts })}
            </Go>
          </p>
          <p className={styles.soft}>
            {t(`report.scanner.${last.scanner}`)}, {t('report.took', { span: figures.span(last.finishedAt - last.startedAt) })}
            {last.missing > 0 && <span className={styles.warn}> · {t('scans.missing', { count: last.missing })}</span>}
          </p>
        </>
      ) : (
        <p className={styles.soft}>{t('now.noScanText')}</p>
      )}
      {lastReport?.kind === 'sweep' && (
        <p className={styles.faint}>
          {t('now.sweep')} <Moment at={lastReport.finishedAt} />, {t('report.hosts', { count: lastReport.hostsUp })}
        </p>
      )}
    </Card>
  );
}

function Devices({ status: { devices, lastReport } }: { status: DashboardStatus }) {
  const { t } = useWords();
  return (
    <Card title={t('now.devices')} aside={lastReport && <Moment at={lastReport.finishedAt} className={styles.faint} />}>
      <p className={styles.figure}>
        <strong>{lastReport ? devices.up : '–'}</strong>
        {devices.up > 0 && <StateMark shape="up" word={t('now.up', { count: devices.up })} />}
      </p>
      <p>
        <Go to="/devices">{t('now.known', { count: devices.known })}</Go>
      </p>
    </Card>
  );
}

function Clock({ skewMs }: { skewMs: number }) {
  const { t, figures } = useWords();
  if (Math.abs(skewMs) <= toleratedSkewMs) return t('probe.onTime');
  return <span className={styles.warn}>{t(skewMs > 0 ? 'probe.ahead' : 'probe.behind', { span: figures.span(Math.abs(skewMs)) })}</span>;
}

function Machine({ status: { machine, version, probeId, clockSkewMs } }: { status: DashboardStatus }) {
  const { t, list } = useWords();
  return (
    <Card title={t('now.machine')}>
      <Facts>
        <Fact name={t('now.name')}>{machine.name}</Fact>
        <Fact name={t('now.address', { count: machine.addresses.length })} mono={machine.addresses.length > 0}>
          {machine.addresses.length > 0 ? list(machine.addresses) : t('now.noAddress')}
        </Fact>
        <Fact name={t('now.version')}>
          {version.date === '' ? version.version : t('now.versionOf', { version: version.version, date: version.date })}
        </Fact>
        <Fact name={t('now.commit')} mono>
          {version.commit}
        </Fact>
        <Fact name={t('probe.clock')}>{clockSkewMs === null ? null : <Clock skewMs={clockSkewMs} />}</Fact>
        <Fact name={t('now.probe')} mono>
          {probeId}
        </Fact>
      </Facts>
    </Card>
  );
}

const linkShapes: Record<DashboardStatus['nester']['link'], Shape> = {
  live: 'up',
  connecting: 'unknown',
  waiting: 'degraded',
  refused: 'down',
  cloned: 'down',
  stopped: 'unknown',
};

function Nester({ status: { nester, site, spoolDepth } }: { status: DashboardStatus }) {
  const { t } = useWords();
  const told = useStore(news);
  const link = told?.link ?? nester.link;
  const waiting = told?.spoolDepth ?? spoolDepth;
  return (
    <Card title={t('now.nester')} aside={<StateMark shape={linkShapes[link]} word={t(`link.${link}`)} />}>
      <p className={styles.soft}>{t(`link.${link}.text`)}</p>
      <Facts>
        <Fact name={t('now.spool')}>{waiting === 0 ? t('now.spoolNone') : t('probe.reports', { count: waiting })}</Fact>
        <Fact name={t('now.at')} mono>
          {nester.url}
        </Fact>
      </Facts>
      <p>
        <a href={`${nester.url.replace(/\/+$/, '')}/sites/${encodeURIComponent(site.code)}`} target="_blank" rel="noopener noreferrer">
          {t('now.open')}
        </a>
      </p>
    </Card>
  );
}
