import type { Site } from '@aerie/contract';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { memo, type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSampled } from '../../../ui/use-sampled.ts';
import type { SitesSearch } from '../addresses.ts';
import page from '../page.module.css';
import { useSites } from '../queries.ts';
import { shapeOf, shapes, sitesFor, worstFirst } from '../site-list.ts';
import { usualVersion } from '../version-drift.ts';
import styles from './all-sites.module.css';
import { EnrolDialog } from './enrolment.tsx';
import { type MadeSite, NewSite, NewSiteDialog } from './new-site.tsx';
import { SiteRows } from './site-rows.tsx';

/** A thousand probes are heard sixty times a second; the list is drawn anew this often. */
const drawnMs = 500;

/** Every site in one line that tells its story; what needs somebody stands on top. */
export function AllSites() {
  const { t } = useText();
  const me = useMe();
  const sites = useSites();
  const all = useSampled(sites.data?.sites, drawnMs) ?? sites.data?.sites;
  const [made, setMade] = useState<MadeSite>();
  // The dialog outlives the form that opened it: with the first site, the page changes under it.
  const dialog = made && <EnrolDialog site={made} toSite onClose={() => setMade(undefined)} />;

  if (sites.isPending) return <Frame body={<SkeletonRows count={8} tall />} />;
  if (!all) return <Frame body={<Failed error={sites.error} retry={() => void sites.refetch()} />} />;
  if (all.length === 0) {
    return (
      <Frame
        body={
          <>
            <Blank icon="sites" title={t('sites.none')}>
              <p>{t('sites.noneText')}</p>
              {me.role === 'admin' ? (
                <>
                  <p>{t('sites.noneLine')}</p>
                  <NewSite onMade={setMade} />
                </>
              ) : (
                <p>{t('sites.noneClosed')}</p>
              )}
            </Blank>
            {dialog}
          </>
        }
      />
    );
  }
  return (
    <>
      <Listed all={all} onMade={setMade} />
      {dialog}
    </>
  );
}

const Listed = memo(function Listed({ all, onMade }: { all: readonly Site[]; onMade: (site: MadeSite) => void }) {
  const { t, compare } = useText();
  const me = useMe();
  const now = useNow();
  const navigate = useNavigate();
  const { by, ...question } = useSearch({ from: '/sites' });
  const [adding, setAdding] = useState(false);
  const { q, state, group } = question;
  const ask = (next: Partial<SitesSearch>) => void navigate({ to: '/sites', search: { ...question, by, ...next }, replace: true });

  const sorted = useMemo(() => worstFirst(all, compare, now), [all, compare, now]);
  const typed = useDeferredValue(q);
  const shown = useMemo(
    () =>
      sitesFor(sorted, { ...(typed ? { q: typed } : {}), ...(state ? { state } : {}), ...(group === undefined ? {} : { group }) }, shape =>
        t(`site.state.${shape}`),
      ),
    [sorted, typed, state, group, t],
  );
  const groups = useMemo(() => [...new Set(all.map(site => site.group))].filter(Boolean).sort(compare), [all, compare]);
  const usual = useMemo(() => usualVersion(all), [all]);

  return (
    <Frame
      tally={<Tally sites={all} now={now} chosen={state} onChoose={wanted => ask({ state: wanted })} />}
      tools={
        <>
          <SearchField value={q ?? ''} label={t('sites.search')} onType={words => ask({ q: words || undefined })} />
          {groups.length > 0 && (
            <select
              className={page.select}
              aria-label={t('sites.onlyGroup')}
              value={group ?? ''}
              onChange={event => ask({ group: event.target.value || undefined })}
            >
              <option value="">{t('sites.allGroups')}</option>
              {groups.map(each => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          )}
          <select
            className={page.select}
            aria-label={t('sites.by')}
            value={by ?? ''}
            onChange={event => ask({ by: (event.target.value || undefined) as SitesSearch['by'] })}
          >
            <option value="">{t('sites.by.none')}</option>
            <option value="state">{t('sites.by.state')}</option>
            {groups.length > 0 && <option value="group">{t('sites.by.group')}</option>}
          </select>
          <Link to="/wall" search={group === undefined ? {} : { group }} className={page.button}>
            <Icon name="eye" /> <span className={styles.words}>{t('sites.wall')}</span>
          </Link>
          {me.role === 'admin' && (
            <Button icon="plus" onClick={() => setAdding(true)}>
              <span className={styles.words}>{t('sites.add')}</span>
            </Button>
          )}
          {adding && (
            <NewSiteDialog
              onClose={() => setAdding(false)}
              onMade={site => {
                setAdding(false);
                onMade(site);
              }}
            />
          )}
        </>
      }
      body={
        shown.length === 0 ? (
          <Blank
            icon="search"
            title={t('sites.noMatch')}
            action={<Button onClick={() => ask({ q: undefined, state: undefined, group: undefined })}>{t('sites.showAll')}</Button>}
          />
        ) : (
          <SiteRows sites={shown} by={by} usual={usual} />
        )
      }
    />
  );
});

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

/** How many sites are in each state; each shows its own alone. */
function Tally({
  sites,
  now,
  chosen,
  onChoose,
}: {
  sites: readonly Site[];
  now: number;
  chosen: SitesSearch['state'];
  onChoose: (state: SitesSearch['state']) => void;
}) {
  const { t } = useText();
  const counts = Map.groupBy(sites, site => shapeOf(site, now));
  return (
    <ul className={styles.tally}>
      {shapes
        .filter(shape => counts.has(shape) || shape === chosen)
        .map(shape => (
          <li key={shape}>
            <button
              type="button"
              className={styles.count}
              aria-pressed={shape === chosen}
              onClick={() => onChoose(shape === chosen ? undefined : shape)}
            >
              <StateMark
                shape={shape}
                word={t('sites.counted', { count: counts.get(shape)?.length ?? 0, state: t(`site.state.${shape}`).toLowerCase() })}
              />
            </button>
          </li>
        ))}
    </ul>
  );
}
