import type { Site } from '@aerie/contract';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, lazy, Suspense, useMemo, useState } from 'react';
import { useNarrow } from '../../../app/use-media.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed } from '../../../ui/blank.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/field.tsx';
import { useNow } from '../../../ui/time.tsx';
import type { Mark } from '../../../ui/wan-chart.tsx';
import { type WanRange, wanRanges } from '../addresses.ts';
import { useWanSeries } from '../queries.ts';
import { aligned, looksOf, moved, type Span, spanOf, zoomed } from '../wan-history.ts';
import { WanEvents, WanReading, WanTargets } from './wan-figures.tsx';
import styles from './wan-panel.module.css';

// The chart comes when it is looked at.
const WanChart = lazy(() => import('../../../ui/wan-chart.tsx').then(module => ({ default: module.WanChart })));

const day = 86_400_000;

/** The WAN's past: latency of the router, the provider and the Internet, loss, and what happened, on one axis of time. */
export function WanPanel({ site }: { site: Site }) {
  const { t, times } = useText();
  const { latency, percent } = useFigures();
  const narrow = useNarrow();
  const now = useNow();
  const navigate = useNavigate();
  const { range = '24h', since, until } = useSearch({ from: '/sites/$code' });
  const chosen = since !== undefined && until !== undefined;
  const span = useMemo(() => spanOf({ range, ...(chosen ? { since, until } : {}) }, now), [range, chosen, since, until, now]);
  const series = useWanSeries(site.siteId, span, !chosen, narrow ? 300 : 1_000);
  const [pointed, setPointed] = useState<number>();
  const { data } = series;
  const drawn = useMemo(() => data && aligned(data), [data]);
  const looks = useMemo(() => looksOf(data?.targets ?? []), [data]);
  const marks = useMemo<Mark[]>(
    () => [
      ...(data?.maintenance ?? []).map(({ from, to }) => ({ kind: 'maintenance' as const, from, to })),
      ...(data?.incidents ?? []).map(({ severity, openedAt, resolvedAt }) => ({
        kind: severity,
        from: openedAt,
        to: resolvedAt ?? undefined,
      })),
    ],
    [data],
  );
  const format = useMemo(
    () => ({
      latency,
      percent,
      tick: (at: number, apartMs: number) => {
        if (apartMs >= 28 * day) return times.month(at);
        const midnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
        return apartMs >= day || midnight ? times.dayMonth(at) : times.clock(at);
      },
    }),
    [latency, percent, times],
  );

  const show = (next: Span | WanRange, replace = true) =>
    void navigate({
      to: '/sites/$code',
      params: { code: site.code },
      search: typeof next === 'string' ? { tab: 'wan', range: next } : { tab: 'wan', range, since: next.from, until: next.to },
      resetScroll: false,
      replace,
    });
  const earlier = () => show(moved(span, -0.25, now));
  const later = () => show(moved(span, 0.25, now));
  const nearer = () => show(zoomed(span, 2, now));
  const further = () => show(zoomed(span, 0.5, now));
  const acts = new Map([
    ['ArrowLeft', earlier],
    ['ArrowRight', later],
    ['+', nearer],
    ['=', nearer],
    ['-', further],
    ['0', () => show(range)],
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const act = acts.get(event.key);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  // Whoever looks around in the past keeps the axis under hand, also where nothing was measured.
  const nothing = !chosen && drawn?.at.length === 0 && marks.length === 0;
  return (
    <section className={styles.panel} aria-label={t('wan.title')}>
      <div className={styles.tools}>
        <Choice
          label={t('wan.range.label')}
          value={chosen ? 'chosen' : range}
          options={[
            ...wanRanges.map(value => ({ value, label: t(`wan.range.${value}`) })),
            ...(chosen ? [{ value: 'chosen' as const, label: t('wan.range.chosen') }] : []),
          ]}
          onChange={value => value !== 'chosen' && show(value)}
        />
        <span className={styles.buttons}>
          <IconButton icon="back" label={t('wan.earlier')} keys="←" onClick={earlier} />
          <IconButton icon="minus" label={t('wan.further')} keys="-" onClick={further} />
          <IconButton icon="plus" label={t('wan.nearer')} keys="+" onClick={nearer} />
          <IconButton icon="forward" label={t('wan.later')} keys="→" disabled={!chosen} onClick={later} />
        </span>
        <span className={styles.span}>
          {times.near(span.from, now)} – {chosen ? times.near(span.to, now) : t('wan.now')}
        </span>
      </div>
      {series.isError && !data ? (
        <Failed error={series.error} retry={() => void series.refetch()} />
      ) : nothing ? (
        <Blank icon="history" title={t('wan.nothing')}>
          {t('wan.nothingText')}
        </Blank>
      ) : (
        <>
          {data && drawn && <WanReading series={data} at={pointed === undefined ? undefined : drawn.at[pointed]} zone={site.zone} />}
          {/* biome-ignore lint/a11y/useSemanticElements: a group of one, with keys of its own */}
          <div
            className={styles.chart}
            role="group"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows move the time, + and - stretch it
            tabIndex={0}
            aria-label={t('wan.chart')}
            onKeyDown={onKeyDown}
            data-busy={series.isPlaceholderData || undefined}
          >
            <Suspense fallback={<div className={styles.waiting} />}>
              {drawn ? (
                <WanChart
                  data={drawn}
                  looks={looks}
                  marks={marks}
                  from={span.from}
                  to={span.to}
                  height={narrow ? 240 : 340}
                  format={format}
                  onSpan={(from, to) => show(zoomed({ from, to }, 1, now), false)}
                  onPoint={setPointed}
                />
              ) : (
                <div className={styles.waiting} role="status">
                  <span className="hidden-text">{t('loading')}</span>
                </div>
              )}
            </Suspense>
          </div>
          <p className={styles.hint}>{t(narrow ? 'wan.hintTouch' : 'wan.hint')}</p>
          {data && <WanTargets series={data} span={span} />}
          {data && <WanEvents series={data} code={site.code} />}
        </>
      )}
    </section>
  );
}
