import type { Site } from '@aerie/contract';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useNarrow } from '../../../app/use-media.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import page from '../page.module.css';
import { useSite, useSiteNamed } from '../queries.ts';
import { whySentence } from '../sentences.ts';
import { DeviceList } from './device-list.tsx';
import { DiagnosticsPanel } from './diagnostics-panel.tsx';
import { EnrolDialog } from './enrolment.tsx';
import styles from './one-site.module.css';
import { PolicyPanel } from './policy-panel.tsx';
import { ProbeCard } from './probe-card.tsx';
import { ReportCard } from './report-card.tsx';
import { ReportList } from './report-list.tsx';
import { ReportView } from './report-view.tsx';
import { WanCard } from './wan-card.tsx';

const tabs = [
  { tab: undefined, title: 'site.tab.devices' },
  { tab: 'reports', title: 'site.tab.reports' },
  { tab: 'diagnostics', title: 'site.tab.diagnostics' },
  { tab: 'policy', title: 'site.tab.policy' },
] as const;

/** The site that the address names. */
export function OneSite() {
  const { t } = useText();
  const { code = '' } = useParams({ strict: false });
  const { site, isPending, error, refetch } = useSiteNamed(code);
  if (site) return <SiteBody key={site.siteId} site={site} />;
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
  const { t } = useText();
  const me = useMe();
  const shown = useSite(site.siteId);
  const { tab, report, device } = useSearch({ strict: false });
  const narrow = useNarrow();
  const [enrolling, setEnrolling] = useState(false);
  const detail = shown.data;

  return (
    <main className={page.page}>
      <SiteHead site={site} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={page.body} id="site-scroller" tabIndex={0} aria-label={site.name}>
        {!detail ? (
          shown.isError ? (
            <Failed error={shown.error} retry={() => void shown.refetch()} />
          ) : (
            <SkeletonRows count={8} tall />
          )
        ) : (
          <>
            {/* On a telephone, one thing at a time. */}
            {!(narrow && tab) && (
              <div className={styles.cards}>
                {detail.probes.map(probe => (
                  <ProbeCard key={probe.probeId} probe={probe} policyVersion={detail.policy.version} />
                ))}
                {!detail.probes.some(probe => probe.revokedAt === null) && (
                  <section className={styles.card}>
                    <h2>{t('probe.title')}</h2>
                    <p className={styles.soft}>{t('probe.none')}</p>
                  </section>
                )}
                <WanCard detail={detail} />
                <ReportCard detail={detail} />
              </div>
            )}
            <nav className={styles.tabs} aria-label={t('site.tabs')}>
              {tabs.map(each => (
                <Link
                  key={each.title}
                  to="/sites/$code"
                  params={{ code: site.code }}
                  search={{ tab: each.tab }}
                  activeOptions={{ includeSearch: true, explicitUndefined: true }}
                  resetScroll={false}
                  replace
                  className={styles.tab}
                >
                  {t(each.title)}
                </Link>
              ))}
              <span className={page.space} />
              {me.role === 'admin' && (
                <Button icon="plus" onClick={() => setEnrolling(true)}>
                  <span className={styles.enrol}>{t('enrol.make')}</span>
                </Button>
              )}
            </nav>
            {tab === 'policy' ? (
              <PolicyPanel detail={detail} />
            ) : tab === 'diagnostics' ? (
              <DiagnosticsPanel detail={detail} />
            ) : tab === 'reports' ? (
              report ? (
                <ReportView reportId={report} code={site.code} />
              ) : (
                <ReportList siteId={site.siteId} code={site.code} />
              )
            ) : (
              <DeviceList devices={detail.devices} site={site} openId={device} />
            )}
          </>
        )}
      </section>
      {enrolling && <EnrolDialog site={site} onClose={() => setEnrolling(false)} />}
    </main>
  );
}

function SiteHead({ site }: { site: Site }) {
  const { t, times } = useText();
  const figures = useFigures();
  const narrow = useNarrow();
  const now = useNow();
  return (
    <header className={`${page.head} ${styles.head}`}>
      <Link to="/sites" className={styles.back} aria-label={t('site.back')} title={t('site.back')}>
        <Icon name="back" />
      </Link>
      <h1>{site.name}</h1>
      <span className={styles.code}>{site.code}</span>
      {!narrow && <span className={page.space} />}
      <p className={styles.state}>
        <StateMark shape={site.state} word={t(`site.state.${site.state}`)} />
        <span title={t('site.since', { when: times.absolute(site.since) })}>{whySentence(site, now, t, figures)}</span>
      </p>
    </header>
  );
}
