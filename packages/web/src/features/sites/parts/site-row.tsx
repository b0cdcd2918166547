import type { Site } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { memo, type Ref } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { isCurrent, whySentence } from '../sentences.ts';
import styles from './all-sites.module.css';

/** A site's story in one row: how it is, what is wrong and since when, and its figures, faint when they are old. */
export const SiteRow = memo(function SiteRow({ site, onFocus, ref }: { site: Site; onFocus: () => void; ref: Ref<HTMLAnchorElement> }) {
  const { t } = useText();
  const figures = useFigures();
  const now = useNow();
  const old = isCurrent(site) ? '' : styles.old;
  return (
    <Link to="/sites/$code" params={{ code: site.code }} className={styles.row} onFocus={onFocus} ref={ref}>
      <span className={styles.story}>
        <StateMark shape={site.state} word={t(`site.state.${site.state}`)} silent />
        <span className={styles.name}>
          <span>{site.name}</span>
          <span className={styles.code}>{site.code}</span>
        </span>
        <span className={styles.why}>
          <span aria-hidden="true">{t(`site.state.${site.state}`)}</span>
          <span>{whySentence(site, now, t, figures)}</span>
        </span>
      </span>
      <span className={`${styles.cell} ${styles.kept} ${old}`}>
        {site.devicesKnown > 0 ? (
          <>
            <span aria-hidden="true">
              {site.devicesUp}/{site.devicesKnown}
            </span>
            <span className="hidden-text">{t('sites.upOf', { up: site.devicesUp, known: site.devicesKnown })}</span>
          </>
        ) : (
          <Nothing />
        )}
        {site.openIncidents > 0 && <span className={styles.sub}>{t('sites.incidents', { count: site.openIncidents })}</span>}
      </span>
      <span className={`${styles.cell} ${old}`}>
        {site.wanMedianMs === null ? <Nothing /> : figures.latency(site.wanMedianMs)}
        {site.wanLoss !== null && site.wanLoss > 0 && (
          <span className={`${styles.sub} ${old || styles.bad}`}>{t('sites.loss', { loss: figures.percent(site.wanLoss) })}</span>
        )}
      </span>
      <span className={`${styles.cell} ${old}`}>{site.probeVersion ?? <Nothing />}</span>
      <span className={styles.cell}>{site.lastContactAt === null ? t('sites.never') : <Moment at={site.lastContactAt} />}</span>
      <span className={`${styles.cell} ${old}`}>{site.lastReportAt === null ? t('sites.never') : <Moment at={site.lastReportAt} />}</span>
    </Link>
  );
});

/** Where there is no figure. */
function Nothing() {
  return <span aria-hidden="true">–</span>;
}
