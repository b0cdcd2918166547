import type { Site } from '@aerie/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { plain } from '../../../app/matching.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import page from '../page.module.css';
import { useSites } from '../queries.ts';
import { inOrderOf, worstFirst } from '../site-list.ts';
import styles from './all-sites.module.css';
import { EnrolDialog } from './enrolment.tsx';
import { type MadeSite, NewSite, NewSiteDialog } from './new-site.tsx';
import { SiteRow } from './site-row.tsx';

type Item = { kind: 'site'; site: Site } | { kind: 'group'; state: Site['state']; count: number };

const rowPx = { site: 57, group: 36 };

/** Every site in one line that tells its story; what needs somebody stands on top. */
export function AllSites() {
  const { t, compare } = useText();
  const me = useMe();
  const sites = useSites();
  const [typed, setTyped] = useState('');
  const [grouped, setGrouped] = useState(false);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<MadeSite>();
  const all = sites.data?.sites;

  if (sites.isPending) return <Frame body={<SkeletonRows count={8} tall />} />;
  if (sites.isError && !all) return <Frame body={<Failed error={sites.error} retry={() => void sites.refetch()} />} />;
  if (!all || all.length === 0) {
    return (
      <Frame
        body={
          <Blank icon="sites" title={t('sites.none')}>
            <p>{t('sites.noneText')}</p>
            {me.role === 'admin' ? <NewSite onMade={setMade} /> : <p>{t('sites.noneClosed')}</p>}
          </Blank>
        }
      />
    );
  }

  const wanted = plain(typed.trim());
  const shown = all.filter(site => plain(`${site.name} ${site.code} ${t(`site.state.${site.state}`)}`).includes(wanted));
  return (
    <Frame
      tally={<Tally sites={all} />}
      tools={
        <>
          <input
            className={page.filter}
            type="search"
            value={typed}
            placeholder={t('sites.filter')}
            aria-label={t('sites.filter')}
            onChange={event => setTyped(event.target.value)}
          />
          <IconButton icon="filter" label={t('sites.group')} aria-pressed={grouped} onClick={() => setGrouped(!grouped)} />
          {me.role === 'admin' && (
            <Button icon="plus" onClick={() => setAdding(true)}>
              {t('sites.add')}
            </Button>
          )}
          {adding && (
            <NewSiteDialog
              onClose={() => setAdding(false)}
              onMade={site => {
                setAdding(false);
                setMade(site);
              }}
            />
          )}
          {made && <EnrolDialog site={made} toSite onClose={() => setMade(undefined)} />}
        </>
      }
      body={
        shown.length === 0 ? (
          <Blank icon="search" title={t('sites.noMatch')} />
        ) : (
          <Rows sites={worstFirst(shown, compare)} grouped={grouped} />
        )
      }
    />
  );
}

function Frame({ tally, tools, body }: { tally?: ReactNode; tools?: ReactNode; body: ReactNode }) {
  const { t } = useText();
  return (
    <main className={page.page}>
      <header className={page.head}>
        <h1>{t('rooms.sites')}</h1>
        {tally}
        <span className={page.space} />
        {tools}
      </header>
      {body}
    </main>
  );
}

/** How many sites are in each state. */
function Tally({ sites }: { sites: readonly Site[] }) {
  const { t } = useText();
  const counts = Map.groupBy(sites, site => site.state);
  return (
    <ul className={page.tally}>
      {(['down', 'degraded', 'stale', 'unknown', 'up'] as const)
        .filter(state => counts.has(state))
        .map(state => (
          <li key={state}>
            <StateMark shape={state} word={`${counts.get(state)!.length} ${t(`site.state.${state}`).toLowerCase()}`} />
          </li>
        ))}
    </ul>
  );
}

function Rows({ sites, grouped }: { sites: readonly Site[]; grouped: boolean }) {
  const { t } = useText();
  const scroller = useRef<HTMLElement>(null);
  const focusNext = useRef<string>(undefined);
  const [activeId, setActiveId] = useState<string>();
  // While somebody points at a row or has it under the keyboard, no row moves; states still change in place.
  const [still, setStill] = useState(false);
  const lastOrder = useRef<string[]>([]);
  const ordered = still ? inOrderOf(sites, lastOrder.current, site => site.siteId) : sites;
  lastOrder.current = ordered.map(site => site.siteId);

  const items = useMemo(() => itemsOf(ordered, grouped), [ordered, grouped]);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => rowPx[items[index]!.kind],
    getItemKey: index => keyOf(items[index]!),
    overscan: 10,
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

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section ref={scroller} className={page.body} tabIndex={0} aria-label={t('rooms.sites')}>
      <div className={styles.columns} aria-hidden="true">
        <span>{t('sites.col.site')}</span>
        <span>{t('sites.col.devices')}</span>
        <span>{t('sites.col.wan')}</span>
        <span>{t('sites.col.probe')}</span>
        <span>{t('sites.col.contact')}</span>
        <span>{t('sites.col.report')}</span>
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
            <li key={row.key} className={styles.place} style={{ transform: `translateY(${row.start}px)`, height: row.size }}>
              {item.kind === 'group' ? (
                <h2 className={styles.group}>
                  <StateMark shape={item.state} word={t(`site.state.${item.state}`)} />
                  <span className={styles.count}>{item.count}</span>
                </h2>
              ) : (
                <SiteRow
                  site={item.site}
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
  return item.kind === 'site' ? item.site.siteId : `group ${item.state}`;
}

/** The rows, under a heading for each state when they are grouped. */
function itemsOf(sites: readonly Site[], grouped: boolean): Item[] {
  const rows = (some: readonly Site[]): Item[] => some.map(site => ({ kind: 'site', site }));
  if (!grouped) return rows(sites);
  const groups = Map.groupBy(sites, site => site.state);
  return (['down', 'degraded', 'stale', 'unknown', 'up'] as const).flatMap(state => {
    const of = groups.get(state);
    return of ? [{ kind: 'group' as const, state, count: of.length }, ...rows(of)] : [];
  });
}
