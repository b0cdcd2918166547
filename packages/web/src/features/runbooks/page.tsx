import { Link, useParams } from '@tanstack/react-router';
import { useText } from '../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../ui/blank.tsx';
import sitePage from '../sites/page.module.css';
import styles from './parts/runbook.module.css';
import { Steps } from './parts/steps.tsx';
import { useRunbook, useRunbookTitles } from './queries.ts';
import { type RunbookName, runbookNames } from './runbook.ts';

const isKnown = (name: string): name is RunbookName => (runbookNames as readonly string[]).includes(name);

/** All runbooks, and the one that the address names. */
export function RunbookPage() {
  const { t, language } = useText();
  const { name = runbookNames[0] } = useParams({ strict: false }) as { name?: string };
  const titles = useRunbookTitles(language);
  return (
    <main className={sitePage.page}>
      <header className={sitePage.head}>
        <h1>{t('runbook.all')}</h1>
      </header>
      <div className={styles.page}>
        <nav className={styles.list} aria-label={t('runbook.all')}>
          {titles.data?.map(each => (
            <Link key={each.name} to="/runbooks/$name" params={{ name: each.name }} data-open={each.name === name || undefined}>
              {each.title}
            </Link>
          )) ?? <SkeletonRows count={runbookNames.length} />}
        </nav>
        {isKnown(name) ? (
          <One key={name} name={name} />
        ) : (
          <Blank icon="search" title={t('runbook.missing')}>
            {t('runbook.missingText')}
          </Blank>
        )}
      </div>
    </main>
  );
}

function One({ name }: { name: RunbookName }) {
  const { t, language } = useText();
  const { data, error, refetch } = useRunbook(language, name);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className={styles.one} tabIndex={0} aria-label={data?.title ?? t('runbook.title')}>
      {data ? (
        <>
          <h2>{data.title}</h2>
          <Steps runbook={data} name={name} about="page" />
        </>
      ) : error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : (
        <SkeletonRows count={6} />
      )}
    </section>
  );
}
