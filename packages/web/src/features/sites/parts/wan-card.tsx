import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import type { SiteDetail } from '../queries.ts';
import { isCurrent } from '../sentences.ts';
import { Curve } from './curve.tsx';
import styles from './one-site.module.css';
import wan from './wan-card.module.css';

/** Latency and loss to the Internet, now and over the last day. */
export function WanCard({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const { latency, percent } = useFigures();
  const { site, policy, series } = detail;
  const measured = detail.wan.length > 0 || series.length > 0;
  return (
    <section className={styles.card}>
      <h2>{t('wan.title')}</h2>
      {!measured ? (
        <p className={styles.soft}>{policy.wanTargets.length === 0 ? t('wan.none') : t('wan.unmeasured')}</p>
      ) : (
        <>
          <p className={wan.now} data-old={!isCurrent(site) || undefined}>
            <strong>{site.wanMedianMs === null ? t('wan.noAnswer') : latency(site.wanMedianMs)}</strong>
            {site.wanMedianMs !== null && <span className={styles.faint}>{t('wan.median')}</span>}
            {site.wanLoss !== null && (
              <span className={site.wanLoss > 0 ? styles.warn : styles.soft}>{t('wan.loss', { loss: percent(site.wanLoss) })}</span>
            )}
          </p>
          <Curve series={series} />
          {detail.wan.length > 0 && (
            <table className={wan.targets}>
              <thead>
                <tr>
                  <th scope="col">{t('wan.target')}</th>
                  <th scope="col">{t('wan.latency')}</th>
                  <th scope="col">{t('wan.lossShort')}</th>
                </tr>
              </thead>
              <tbody>
                {detail.wan.map(each => (
                  <tr key={each.target}>
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
                    <td>{each.sent > 0 ? percent(1 - each.received / each.sent) : '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </section>
  );
}
