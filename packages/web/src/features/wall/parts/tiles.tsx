import type { Site } from '@aerie/contract';
import { type CSSProperties, memo } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { isCurrent, storyOf, whySentence } from '../../sites/sentences.ts';
import { shapeOf } from '../../sites/site-list.ts';
import styles from '../wall.module.css';
import type { TileSize, Wall } from '../wall-layout.ts';

/** One page of the wall. */
export function Tiles({ wall, page, now }: { wall: Wall; page: number; now: number }) {
  const tiles = wall.pages[page] ?? wall.pages[0]!;
  return (
    <ul className={styles.tiles} style={{ '--columns': wall.columns, '--rows': wall.rows } as CSSProperties}>
      {tiles.map(({ site, size, column, row }) => (
        <li
          key={site.siteId}
          className={styles.place}
          style={{
            gridColumn: `${column} / span ${size === 'small' ? 1 : 2}`,
            gridRow: `${row} / span ${size === 'large' ? 2 : 1}`,
          }}
        >
          <TileFace site={site} size={size} minute={now} />
        </li>
      ))}
    </ul>
  );
}

const TileFace = memo(function TileFace({ site, size, minute }: { site: Site; size: TileSize; minute: number }) {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const shape = shapeOf(site, minute);
  const word = t(`site.state.${shape}`);
  const devices = site.devicesKnown > 0 ? t('wall.devices', { count: site.devicesUp, known: site.devicesKnown }) : undefined;
  const warned = site.worst !== null && site.worst.severity !== 'info' && shape !== 'maintenance';
  const wan = site.wanMedianMs === null ? undefined : figures.latency(site.wanMedianMs);
  const seen = [devices, wan].filter(Boolean).join(' · ') || site.code;
  return (
    <article className={styles.tile} data-size={size} data-shape={shape} data-warned={warned || undefined}>
      {size === 'large' && (
        <p className={styles.state}>
          <StateMark shape={shape} word={word} />
        </p>
      )}
      <p className={styles.name}>
        {size !== 'large' && <StateMark shape={shape} word={word} silent />}
        <strong>{site.name}</strong>
      </p>
      {size === 'small' ? (
        <p className={styles.figures}>
          {[
            shape === 'up' ? undefined : shape === 'unknown' ? whySentence(site, now, t, figures) : word,
            warned ? t('sites.incidents', { count: site.openIncidents }) : shape === 'up' && wan,
            devices,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      ) : (
        <>
          <p className={styles.story}>
            {size === 'medium' && `${word} · `}
            {storyOf(site, now, t, times, figures)}
          </p>
          {size === 'large' && (
            <p className={styles.figures} data-old={!isCurrent(site) || undefined}>
              {isCurrent(site) ? seen : t('wall.lastKnown', { figures: seen })}
            </p>
          )}
        </>
      )}
    </article>
  );
});
