import type { Site } from '@aerie/contract';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { channelSlug } from '../../../app/channels.ts';
import { useLive } from '../../../app/context.ts';
import { useNarrow } from '../../../app/use-media.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { type SiteTab, siteTabs } from '../addresses.ts';
import page from '../page.module.css';
import { type SiteDetail, useSite, useSiteNamed } from '../queries.ts';
import { storyOf } from '../sentences.ts';
import { shapeOf } from '../site-list.ts';
import { DeviceList } from './device-list.tsx';
import { DiagnosticsPanel } from './diagnostics-panel.tsx';
import { IncidentsPanel } from './incidents-panel.tsx';
import styles from './one-site.module.css';
import { Overview } from './overview.tsx';
import { ProbePanel } from './probe-panel.tsx';
import { ReportCompare } from './report-compare.tsx';
import { ReportList } from './report-list.tsx';
import { ReportView } from './report-view.tsx';
import { RunbooksPanel } from './runbooks-panel.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { WanPanel } from './wan-panel.tsx';

/** The site that the address names. */
export function OneSite() {
  const { code = '' } = useParams({ strict: false });
  return <NamedSite code={code}>{site => <SiteBody key={site.siteId} site={site} />}</NamedSite>;
}

/** What is shown of the site with a code; until it is known, the shape of it, and where there is none, a way back. */
export function NamedSite({ code, children }: { code: string; children: (site: Site) => ReactNode }) {
  const { t } = useText();
  const { site, isPending, error, refetch } = useSiteNamed(code);
  if (site) return children(site);
  return (
    <main className={page.page}>
      {isPending ? (
        <SkeletonRows count={8} tall />
      ) : error ? (
        <Failed error={error} retry={refetch} />
      ) : (
        <Blank icon="sites" title={t('site.missing', { code })} action={<Link to="/sites">{t('site.back')}</Link>}>
          {t('site.missingText')}
        </Blank>
      )}
    </main>
  );
}

function SiteBody({ site }: { site: Site }) {
  const shown = useSite(site.siteId);
  const { tab } = useSearch({ from: '/sites/$code' });
  const { data: detail } = shown;
  return (
    <main className={page.page}>
      <SiteHead site={site} />
      <Tabs site={site} tab={tab} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={page.body} id="site-scroller" tabIndex={0} aria-label={site.name}>
        {detail ? (
          <Panel tab={tab} detail={{ ...detail, site }} updatedAt={shown.dataUpdatedAt} />
        ) : shown.isError ? (
          <Failed error={shown.error} retry={() => void shown.refetch()} />
        ) : (
          <SkeletonRows count={8} tall />
        )}
      </section>
    </main>
  );
}

function Panel({ tab, detail, updatedAt }: { tab: SiteTab | undefined; detail: SiteDetail; updatedAt: number }) {
  const { report, from } = useSearch({ from: '/sites/$code' });
  const { site } = detail;
  switch (tab) {
    case undefined:
      return <Overview detail={detail} updatedAt={updatedAt} />;
    case 'wan':
      return <WanPanel site={site} />;
    case 'devices':
      return <DeviceList devices={detail.devices} site={site} />;
    case 'reports':
      if (report && from) return <ReportCompare fromReportId={from} toReportId={report} code={site.code} />;
      return report ? <ReportView reportId={report} code={site.code} /> : <ReportList siteId={site.siteId} code={site.code} />;
    case 'probe':
      return <ProbePanel detail={detail} />;
    case 'diagnostics':
      return <DiagnosticsPanel detail={detail} />;
    case 'incidents':
      return <IncidentsPanel site={site} />;
    case 'runbooks':
      return <RunbooksPanel />;
    case 'settings':
      return <SettingsPanel detail={detail} />;
  }
}

function Tabs({ site, tab }: { site: Site; tab: SiteTab | undefined }) {
  const { t } = useText();
  const list = useRef<HTMLElement>(null);
  // On a telephone they are more than fit: the one that is open is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another place
  useEffect(() => {
    const nav = list.current;
    const open = nav?.querySelector<HTMLElement>('[aria-current]');
    if (nav && open) nav.scrollLeft = open.offsetLeft - (nav.clientWidth - open.clientWidth) / 2;
  }, [tab]);
  return (
    <nav className={styles.tabs} aria-label={t('site.tabs')} ref={list}>
      {([undefined, ...siteTabs] as const).map(each => (
        <Link
          key={each ?? 'overview'}
          to="/sites/$code"
          params={{ code: site.code }}
          search={{ tab: each }}
          activeOptions={{ includeSearch: true, explicitUndefined: true }}
          resetScroll={false}
          replace
          className={styles.tab}
        >
          {t(`site.tab.${each ?? 'overview'}`)}
          {each === 'incidents' && site.openIncidents > 0 && <span className={styles.badge}>{site.openIncidents}</span>}
        </Link>
      ))}
    </nav>
  );
}

function SiteHead({ site }: { site: Site }) {
  const { t, times } = useText();
  const figures = useFigures();
  const narrow = useNarrow();
  const now = useNow();
  const shape = shapeOf(site, now);
  const channel = useLive(state => (site.channelId === null ? undefined : state.channels.get(site.channelId)));
  return (
    <header className={`${page.head} ${styles.head}`}>
      <Link to="/sites" className={styles.back} aria-label={t('site.back')} title={t('site.back')}>
        <Icon name="back" />
      </Link>
      <h1>{site.name}</h1>
      <span className={styles.code}>{[site.code, site.group].filter(Boolean).join(' · ')}</span>
      {!narrow && <span className={page.space} />}
      <p className={styles.state}>
        <StateMark shape={shape} word={t(`site.state.${shape}`)} />
        <span title={t('site.since', { when: times.absolute(site.since) })}>{storyOf(site, now, t, times, figures)}</span>
      </p>
      {channel && (
        <Link to="/c/$channel" params={{ channel: channelSlug(channel) }} className={page.button}>
          <Icon name="hash" /> {channel.name}
        </Link>
      )}
    </header>
  );
}
