import type { Site } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { memo, type Ref } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { type Curve, Spark } from '../../../ui/spark.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { isCurrent, storyOf } from '../sentences.ts';
import { shapeOf } from '../site-list.ts';
import { drift } from '../version-drift.ts';
import styles from './all-sites.module.css';

interface SiteRowProps {
  site: Site;
  curve: Curve | undefined;
  /** The version that most sites run. */
  usual: string | undefined;
  onFocus: () => void;
  ref: Ref<HTMLAnchorElement>;
}

/** A site's story in one row: how it is, what is wrong and since when, and its figures, faint when they are old. */
export const SiteRow = memo(function SiteRow({ site, curve, usual, onFocus, ref }: SiteRowProps) {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const shape = shapeOf(site, now);
  const old = isCurrent(site) ? '' : styles.old;
  const drifted = drift(site.probeVersion, usual);
  return (
    <Link to="/sites/$code" params={{ code: site.code }} className={styles.row} onFocus={onFocus} ref={ref}>
      <span className={styles.story}>
        <StateMark shape={shape} word={t(`site.state.${shape}`)} silent />
        <span className={styles.name}>
          <span>{site.name}</span>
          <span className={styles.code}>{site.code}</span>
        </span>
        <span className={styles.why}>
          <span aria-hidden="true">{t(`site.state.${shape}`)}</span>
          <span>{storyOf(site, now, t, times, figures)}</span>
        </span>
      </span>
      <span className={`${styles.curve} ${old}`}>{curve && <Spark curve={curve} />}</span>
      <span className={`${styles.cell} ${styles.kept} ${old}`}>
        {site.wanMedianMs === null ? <Nothing /> : figures.latency(site.wanMedianMs)}
        {site.wanLoss !== null && (
          <span className={`${styles.sub} ${site.wanLoss > 0 ? old || styles.bad : ''}`}>
            {t('sites.loss', { loss: figures.percent(site.wanLoss) })}
          </span>
        )}
      </span>
      <span className={`${styles.cell} ${styles.kept} ${old}`}>
        {site.devicesKnown > 0 ? (
          <>
            <span aria-hidden="true">
              {site.devicesUp}/{site.devicesKnown}
              <span className={styles.unit}> {t('sites.devicesUnit')}</span>
            </span>
            <span className="hidden-text">{t('sites.upOf', { count: site.devicesUp, known: site.devicesKnown })}</span>
          </>
        ) : (
          <Nothing />
        )}
      </span>
      <span className={`${styles.cell} ${styles.kept}`}>
        {site.lastContactAt === null ? t('sites.never') : <Moment at={site.lastContactAt} />}
      </span>
      <span className={`${styles.cell} ${old}`}>{site.lastReportAt === null ? t('sites.never') : <Moment at={site.lastReportAt} />}</span>
      <span className={`${styles.cell} ${old}`}>
        {site.probeVersion ?? <Nothing />}
        {drifted && (
          <span className={`${styles.sub} ${drifted === 'older' ? styles.bad : ''}`} title={t('sites.usual', { version: usual! })}>
            {t(`sites.drift.${drifted}`)}
          </span>
        )}
      </span>
    </Link>
  );
});

/** Where there is no figure. */
function Nothing() {
  return <span aria-hidden="true">–</span>;
}
