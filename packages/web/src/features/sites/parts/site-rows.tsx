import type { Site } from '@aerie/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import page from '../page.module.css';
import { useCurves } from '../queries.ts';
import { grouped, inOrderOf, type SiteShape } from '../site-list.ts';
import styles from './all-sites.module.css';
import { SiteRow } from './site-row.tsx';

type Item = { kind: 'site'; site: Site } | { kind: 'group'; key: string; count: number };

const rowPx = { site: 57, group: 36 };

/** The rows of sites, as many as are in sight; j and k move, Enter opens. */
export function SiteRows({ sites, by, usual }: { sites: readonly Site[]; by: 'state' | 'group' | undefined; usual: string | undefined }) {
  const { t } = useText();
  const { data: curves } = useCurves();
  const scroller = useRef<HTMLElement>(null);
  const focusNext = useRef<string>(undefined);
  const [activeId, setActiveId] = useState<string>();
  // While somebody points at a row or has it under the keyboard, no row moves; states still change in place.
  const [still, setStill] = useState(false);
  const lastOrder = useRef<string[]>([]);
  const ordered = still ? inOrderOf(sites, lastOrder.current, site => site.siteId) : sites;
  lastOrder.current = ordered.map(site => site.siteId);

  const items = useMemo(() => itemsOf(ordered, by), [ordered, by]);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => rowPx[items[index]!.kind],
    getItemKey: index => keyOf(items[index]!),
    overscan: 8,
  });

  const move = (step: number) => {
    const from = items.findIndex(item => item.kind === 'site' && item.site.siteId === activeId);
    for (let at = from + step; at >= 0 && at < items.length; at += step) {
      const item = items[at]!;
      if (item.kind !== 'site') continue;
      virtual.scrollToIndex(at, { align: 'auto' });
      setActiveId(item.site.siteId);
      focusNext.current = item.site.siteId;
      return;
    }
  };
  useKeys(event => {
    if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'j' || event.key === 'ArrowDown') move(1);
    else if (event.key === 'k' || event.key === 'ArrowUp') move(-1);
    else return;
    event.preventDefault();
  });

  const heading = (key: string) =>
    by === 'state' ? <StateMark shape={key as SiteShape} word={t(`site.state.${key as SiteShape}`)} /> : key || t('sites.noGroup');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section ref={scroller} className={page.body} tabIndex={0} aria-label={t('rooms.sites')}>
      <div className={styles.columns} aria-hidden="true">
        <span>{t('sites.col.site')}</span>
        <span>{t('sites.col.day')}</span>
        <span>{t('sites.col.wan')}</span>
        <span>{t('sites.col.devices')}</span>
        <span>{t('sites.col.contact')}</span>
        <span>{t('sites.col.report')}</span>
        <span>{t('sites.col.probe')}</span>
      </div>
      <ul
        className={styles.rows}
        style={{ height: virtual.getTotalSize() }}
        onPointerEnter={event => event.pointerType === 'mouse' && setStill(true)}
        onPointerLeave={() => setStill(false)}
      >
        {virtual.getVirtualItems().map(row => {
          const item = items[row.index]!;
          return (
            <li
              key={row.key}
              data-index={row.index}
              ref={virtual.measureElement}
              className={styles.place}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              {item.kind === 'group' ? (
                <h2 className={styles.group}>
                  {heading(item.key)}
                  <span className={styles.counted}>{item.count}</span>
                </h2>
              ) : (
                <SiteRow
                  site={item.site}
                  curve={curves?.sites[item.site.siteId]}
                  usual={usual}
                  onFocus={() => setActiveId(item.site.siteId)}
                  ref={element => {
                    if (!element || focusNext.current !== item.site.siteId) return;
                    focusNext.current = undefined;
                    element.focus();
                  }}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function keyOf(item: Item): string {
  return item.kind === 'site' ? item.site.siteId : `group ${item.key}`;
}

/** The rows, under headings when they are grouped. */
function itemsOf(sites: readonly Site[], by: 'state' | 'group' | undefined): Item[] {
  const rows = (some: readonly Site[]): Item[] => some.map(site => ({ kind: 'site', site }));
  if (by === undefined) return rows(sites);
  return grouped(sites, by).flatMap(({ key, sites: of }) => [{ kind: 'group' as const, key, count: of.length }, ...rows(of)]);
}
