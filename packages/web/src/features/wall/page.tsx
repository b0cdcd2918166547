import { useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useText } from '../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../ui/blank.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useSampled } from '../../ui/use-sampled.ts';
import { ForTechnicians } from '../sites/page.tsx';
import { useSites } from '../sites/queries.ts';
import { shapeOf, shapes, sitesFor, worstFirst } from '../sites/site-list.ts';
import { CentreLine } from './parts/centre-line.tsx';
import { Tiles } from './parts/tiles.tsx';
import styles from './wall.module.css';
import { useAge, useKeptAwake, useRoom, useSecond, useTurns } from './wall-hooks.ts';
import { wallOf } from './wall-layout.ts';

/** A thousand probes are heard sixty times a second; the wall is drawn anew this often. */
const drawnMs = 1_000;

/** All sites for the wall of an operations room: the worst largest, read from five metres, without a hand on it. */
export function WallPage() {
  return (
    <ForTechnicians>
      <Wall />
    </ForTechnicians>
  );
}

function Wall() {
  const { t, compare } = useText();
  const { group } = useSearch({ from: '/wall' });
  const sites = useSites();
  const all = useSampled(sites.data?.sites, drawnMs) ?? sites.data?.sites;
  const [room, setRoom] = useState<HTMLElement | null>(null);
  const { width, height } = useRoom(room);
  useKeptAwake();
  // Worst first as of the minute: nothing moves because a second has passed.
  const minute = Math.floor(useSecond() / 60_000) * 60_000;
  const shown = useMemo(
    () =>
      all &&
      worstFirst(
        sitesFor(all, group === undefined ? {} : { group }, () => ''),
        compare,
        minute,
      ),
    [all, group, compare, minute],
  );
  const wall = useMemo(() => (shown && width > 0 ? wallOf(shown, width, height, minute) : undefined), [shown, width, height, minute]);
  const page = useTurns(wall?.pages.length ?? 1);
  const age = useAge(sites.dataUpdatedAt);

  return (
    <main className={styles.wall} data-lost={age.lost || undefined}>
      <h1 className="hidden-text">{t('wall.title')}</h1>
      <header className={styles.head}>
        <Clock />
        <ul className={styles.counts}>
          {shown &&
            shapes.map(shape => {
              const count = shown.filter(site => shapeOf(site, minute) === shape).length;
              return count === 0 ? null : (
                <li key={shape}>
                  <StateMark shape={shape} word={t('sites.counted', { count, state: t(`site.state.${shape}`).toLowerCase() })} />
                </li>
              );
            })}
        </ul>
        <p className={styles.age}>
          {group}
          {wall && wall.pages.length > 1 && <span>{t('wall.page', { page: page + 1, pages: wall.pages.length })}</span>}
          {wall && wall.left > 0 && <span>{t('wall.left', { count: wall.left })}</span>}
          {!age.lost && <span>{t('wall.age', { span: age.words })}</span>}
        </p>
      </header>
      {age.lost && (
        <p className={styles.lost} role="alert">
          <strong>{t('wall.lost')}</strong> {t('wall.lostText', { span: age.words })}
        </p>
      )}
      <CentreLine />
      <section className={styles.room} ref={setRoom} aria-label={t('rooms.sites')}>
        {sites.isPending ? (
          <SkeletonRows count={8} tall />
        ) : !shown ? (
          <Failed error={sites.error} retry={() => void sites.refetch()} />
        ) : shown.length === 0 ? (
          <Blank icon="sites" title={t(group === undefined ? 'sites.none' : 'sites.noMatch')} />
        ) : (
          wall && <Tiles wall={wall} page={page} now={minute} />
        )}
      </section>
    </main>
  );
}

function Clock() {
  const { times } = useText();
  const now = useSecond();
  return (
    <p className={styles.clock}>
      <time dateTime={new Date(now).toISOString()}>{times.clock(now)}</time>
      <span className={styles.date}>{times.dayMonth(now)}</span>
    </p>
  );
}
