import { Fragment } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import type { SiteDetail } from '../queries.ts';
import { isCurrent } from '../sentences.ts';
import { wanFault } from '../wan-fault.ts';
import { Curve } from './curve.tsx';
import styles from './one-site.module.css';
import wan from './wan-card.module.css';

/** Latency and loss to the Internet, now and over the last day. */
export function WanCard({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const { latency, percent } = useFigures();
  const { site, policy, series } = detail;
  const measured = detail.wan.length > 0 || series.length > 0;
  const named = policy.wanTargets.length > 0 || policy.providerTargets.length > 0 || policy.gateway === 'auto';
  const fault = isCurrent(site) ? wanFault(detail.wan) : undefined;
  return (
    <section className={styles.card}>
      <h2>{t('wan.title')}</h2>
      {!measured ? (
        <p className={styles.soft}>{named ? t('wan.unmeasured') : t('wan.none')}</p>
      ) : (
        <>
          <p className={wan.now} data-old={!isCurrent(site) || undefined}>
            <strong>{site.wanMedianMs === null ? t('wan.noAnswer') : latency(site.wanMedianMs)}</strong>
            {site.wanMedianMs !== null && <span className={styles.faint}>{t('wan.median')}</span>}
            {site.wanLoss !== null && (
              <span className={site.wanLoss > 0 ? styles.warn : styles.soft}>{t('wan.loss', { loss: percent(site.wanLoss) })}</span>
            )}
          </p>
          {fault && <p className={fault === 'none' || fault === 'answers' ? styles.soft : styles.warn}>{t(`wan.fault.${fault}`)}</p>}
          <Curve series={series} />
          {detail.wan.length > 0 && (
            <table className={wan.targets}>
              <thead>
                <tr>
                  <th scope="col">{t('wan.role')}</th>
                  <th scope="col">{t('wan.target')}</th>
                  <th scope="col">{t('wan.latency')}</th>
                  <th scope="col">{t('wan.jitter')}</th>
                  <th scope="col">{t('wan.lossShort')}</th>
                </tr>
              </thead>
              <tbody>
                {detail.wan.map(each => (
                  <tr key={each.target}>
                    <td>{t(`wan.role.${each.role ?? 'internet'}`)}</td>
                    <td className={styles.mono}>{each.target}</td>
                    <td
                      title={
                        each.minMs !== null && each.maxMs !== null
                          ? t('wan.range', { low: latency(each.minMs), high: latency(each.maxMs) })
                          : undefined
                      }
                    >
                      {each.medianMs === null ? t('wan.noAnswer') : latency(each.medianMs)}
                    </td>
                    <td>{each.jitterMs == null ? '–' : latency(each.jitterMs)}</td>
                    <td>{each.sent > 0 ? percent(1 - each.received / each.sent) : '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
      {(detail.dns.length > 0 || detail.http.length > 0) && <Checks detail={detail} />}
    </section>
  );
}

/** Names that were looked up and pages that were fetched, each with its time or what was wrong with it. */
function Checks({ detail: { dns, http } }: { detail: SiteDetail }) {
  const { t, times } = useText();
  const { latency } = useFigures();
  return (
    <>
      <h3>{t('wan.checks')}</h3>
      <dl className={styles.facts}>
        {dns.map(({ name, ms, error }) => (
          <Fragment key={`dns ${name}`}>
            <dt>{`${t('wan.dns')} ${name}`}</dt>
            <dd className={error === null ? undefined : styles.warn}>{error ?? (ms === null ? t('wan.noAnswer') : latency(ms))}</dd>
          </Fragment>
        ))}
        {http.map(({ url, status, ms, error, notAfter }) => (
          <Fragment key={`http ${url}`}>
            <dt className={styles.mono}>{url}</dt>
            <dd className={error !== null || status === null || status >= 400 ? styles.warn : undefined}>
              {[status, ms === null ? undefined : latency(ms), error].filter(each => each !== undefined && each !== null).join(', ')}
              {notAfter !== null && ` · ${t('wan.certificate', { when: times.dayYear(notAfter) })}`}
            </dd>
          </Fragment>
        ))}
      </dl>
    </>
  );
}
