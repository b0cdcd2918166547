import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { machineOf, meanLatency, portDigest } from '../digest.ts';
import { type SiteDetail, siteKey, useReport, useSites } from '../queries.ts';
import { isCurrent } from '../sentences.ts';
import { drift, usualVersion } from '../version-drift.ts';
import { ComingMaintenance } from './coming-maintenance.tsx';
import styles from './one-site.module.css';
import { OpenIncidents } from './open-incidents.tsx';
import { ReportCard } from './report-card.tsx';
import { WanCard } from './wan-card.tsx';

/** So many services are named; the rest is on the devices’ own page. */
const mostServices = 6;

/** A site in short: its machine, what was found, how the WAN is, what is wrong. */
export function Overview({ detail, updatedAt }: { detail: SiteDetail; updatedAt: number }) {
  return (
    <div className={`${styles.cards} ${styles.overview}`}>
      <InShort detail={detail} updatedAt={updatedAt} />
      <div className={styles.beside}>
        <OpenIncidents site={detail.site} />
        <ComingMaintenance site={detail.site} maintenance={detail.maintenance} />
        <ReportCard detail={detail} />
      </div>
      <WanCard detail={detail} />
    </div>
  );
}

/** What one wants to know first, each with its unit and age; a press asks for it anew. */
function InShort({ detail, updatedAt }: { detail: SiteDetail; updatedAt: number }) {
  const { t, list } = useText();
  const { latency, percent } = useFigures();
  const client = useQueryClient();
  const busy = useIsFetching({ queryKey: siteKey(detail.site.siteId) }) > 0;
  const { site, devices, lastReport, series } = detail;
  const digest = portDigest(devices);
  const mean = meanLatency(series);
  const services = digest.services.slice(0, mostServices).map(({ name, devices: on }) => t('short.service', { name, count: on }));
  const rest = digest.services.length - services.length;
  const old = isCurrent(site) ? undefined : '';
  return (
    <section className={`${styles.card} ${styles.wide}`}>
      <div className={styles.cardHead}>
        <h2>{t('short.title')}</h2>
        <span className={styles.faint}>
          {t('short.asOf')} <Moment at={updatedAt} />
        </span>
        <Button icon="retry" busy={busy} onClick={() => void client.invalidateQueries({ queryKey: siteKey(site.siteId) })}>
          {t('short.refresh')}
        </Button>
      </div>
      <Machines detail={detail} />
      <dl className={styles.tiles} data-old={old}>
        <div>
          <dt>{t('short.devices')}</dt>
          <dd>
            <Link to="/sites/$code" params={{ code: site.code }} search={{ tab: 'devices' }} resetScroll={false}>
              {t('sites.upOf', { count: site.devicesUp, known: site.devicesKnown })}
            </Link>
          </dd>
        </div>
        <div>
          <dt>{t('short.ports')}</dt>
          <dd>
            {lastReport === null
              ? t('short.notYet')
              : `${t('short.open', { count: digest.open })} · ${t('short.closed', { count: digest.closed })}${digest.filtered > 0 ? ` · ${t('short.filtered', { count: digest.filtered })}` : ''}`}
          </dd>
        </div>
        <div className={styles.broad}>
          <dt>{t('short.services')}</dt>
          <dd>
            {services.length === 0 ? t('short.noService') : list(rest > 0 ? [...services, t('short.more', { count: rest })] : services)}
          </dd>
        </div>
        <div>
          <dt>{t('short.wan')}</dt>
          <dd>
            {mean === undefined ? t('short.notMeasured') : t('short.mean', { mean: latency(mean) })}
            {site.wanLoss !== null && site.wanLoss > 0 && (
              <span className={styles.warn}> {t('wan.loss', { loss: percent(site.wanLoss) })}</span>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('report.last')}</dt>
          <dd>{site.lastReportAt === null ? t('sites.never') : <Moment at={site.lastReportAt} />}</dd>
        </div>
        <div>
          <dt>{t('probe.contact')}</dt>
          <dd>{site.lastContactAt === null ? t('sites.never') : <Moment at={site.lastContactAt} />}</dd>
        </div>
        <SiteClock zone={site.zone} />
      </dl>
    </section>
  );
}

/** The machines that watch the site. */
function Machines({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const report = useReport(detail.lastReport?.reportId).data?.report;
  const usual = usualVersion(useSites().data?.sites ?? []);
  const probes = detail.probes.filter(probe => probe.revokedAt === null);
  if (probes.length === 0) return <p className={styles.soft}>{detail.lastReport?.file ? t('short.files') : t('probe.none')}</p>;
  return (
    <dl className={styles.tiles}>
      {probes.map(probe => {
        const machine = machineOf(probe, report, detail.devices);
        const drifted = drift(probe.version, usual);
        return (
          <Fragment key={probe.probeId}>
            <div>
              <dt>{t('short.machine')}</dt>
              <dd>{machine.name}</dd>
            </div>
            <div>
              <dt>{t('short.address')}</dt>
              <dd className={styles.mono}>{machine.addresses.join(', ')}</dd>
            </div>
            <div className={styles.broad}>
              <dt>{t('short.hostId')}</dt>
              <dd className={styles.mono}>{probe.probeId}</dd>
            </div>
            <div>
              <dt>{t('short.os')}</dt>
              <dd>{machine.os ?? t('short.notKnown')}</dd>
            </div>
            <div>
              <dt>{t('short.version')}</dt>
              <dd>
                <span className={styles.mono}>Harvester {probe.version}</span>
                {drifted && (
                  <span className={drifted === 'older' ? styles.warn : styles.soft} title={t('sites.usual', { version: usual! })}>
                    {' '}
                    {t(`sites.drift.${drifted}`)}
                  </span>
                )}
              </dd>
            </div>
          </Fragment>
        );
      })}
    </dl>
  );
}

/** What the clocks of the site show, where they show something else than one's own. */
function SiteClock({ zone }: { zone: string }) {
  const { t, times } = useText();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone === own) return null;
  return (
    <div>
      <dt>{t('short.clock')}</dt>
      <dd>
        {times.clockIn(Date.now(), zone)} <span className={styles.faint}>{zone}</span>
      </dd>
    </div>
  );
}
