import { atLeast } from '@aerie/contract/roles';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useMe } from '../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../app/keys.ts';
import { useNarrow } from '../../app/use-media.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { useSites } from '../sites/queries.ts';
import { type IncidentsSearch, placeIdOf } from './addresses.ts';
import { type Wanted, worstFirst } from './incident-list.ts';
import styles from './page.module.css';
import { IncidentPanel } from './parts/incident-panel.tsx';
import { IncidentRows } from './parts/incident-rows.tsx';
import { IncidentsHead } from './parts/incidents-head.tsx';
import { TestIncidentDialog } from './parts/test-incident-dialog.tsx';
import { useOngoing, useResolved } from './queries.ts';

/** What needs somebody, then what needed somebody; beside it the timeline of the one that is open. */
export function IncidentsPage() {
  const { t } = useText();
  const me = useMe();
  if (!atLeast(me.role, 'technician')) {
    return (
      <main className={styles.page}>
        <Blank icon="lock" title={t('closed.title')} action={<Link to="/">{t('notFound.back')}</Link>}>
          {t('closed.text')}
        </Blank>
      </main>
    );
  }
  return <Incidents />;
}

function Incidents() {
  const { t } = useText();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const { incidentId } = useParams({ strict: false });
  const { do: doing, ...search } = useSearch({ from: '/incidents' });
  const { data: sites } = useSites();
  const site = search.site === undefined ? undefined : sites?.sites.find(each => each.code === search.site);
  const { state, rule, severity, mine } = search;
  const siteId = sites && placeIdOf(sites.sites, search.site);
  const unknownSite = search.site !== undefined && sites !== undefined && siteId === undefined;
  const wanted = useMemo<Wanted | undefined>(
    () =>
      search.site !== undefined && siteId === undefined
        ? undefined
        : {
            ...(state && { state }),
            ...(rule && { rule }),
            ...(severity && { severity }),
            ...(mine && { mine }),
            ...(siteId && { siteId }),
          },
    [search.site, siteId, state, rule, severity, mine],
  );
  const ongoing = useOngoing(wanted);
  const resolved = useResolved(wanted);

  const ask = (next: IncidentsSearch) => void navigate({ to: '.', search: next, replace: true });
  const close = () => void navigate({ to: '/incidents', search, replace: !narrow });
  useKeys(event => {
    if (event.key !== 'Escape' || incidentId === undefined || isCovered() || isTyping(event.target)) return;
    event.preventDefault();
    close();
    // The row that was open has the keys again.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-incident="${CSS.escape(incidentId)}"]`)?.focus());
  });

  const sorted = useMemo(() => worstFirst(ongoing.data ?? []), [ongoing.data]);
  const over = useMemo(() => resolved.data?.pages.flat() ?? [], [resolved.data]);
  const failed = [ongoing, resolved].find(query => query.isError && !query.data);
  const pending =
    !unknownSite &&
    ((ongoing.isPending && ongoing.fetchStatus !== 'idle') || (resolved.isPending && resolved.fetchStatus !== 'idle') || !wanted);
  const filtered = Object.keys(search).length > 0;

  const list = (
    <main className={styles.page}>
      <IncidentsHead search={search} sites={sites?.sites ?? []} ask={ask} onTest={() => ask({ ...search, do: 'test' })} />
      {pending ? (
        <SkeletonRows count={6} tall />
      ) : failed ? (
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      ) : sorted.length + over.length === 0 ? (
        filtered ? (
          <Blank icon="filter" title={t('incidents.noMatch')} action={<Button onClick={() => ask({})}>{t('incidents.showAll')}</Button>} />
        ) : (
          <Blank icon="check" title={t('incidents.none')}>
            {t('incidents.noneText')}
          </Blank>
        )
      ) : (
        <IncidentRows
          ongoing={sorted}
          over={over}
          showsOngoing={state !== 'resolved'}
          openId={incidentId}
          onMore={resolved.hasNextPage ? () => !resolved.isFetching && void resolved.fetchNextPage() : undefined}
        />
      )}
      {doing === 'test' && <TestIncidentDialog site={site} sites={sites?.sites ?? []} onClose={() => ask(search)} />}
    </main>
  );
  if (incidentId === undefined) return list;
  const panel = <IncidentPanel key={incidentId} incidentId={incidentId} onClose={close} alone={narrow} />;
  return narrow ? (
    <main className={styles.page}>{panel}</main>
  ) : (
    <>
      {list}
      {panel}
    </>
  );
}
