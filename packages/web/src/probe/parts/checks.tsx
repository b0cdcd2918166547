import type { Report } from '@aerie/contract';
import { useWords } from '../words.tsx';
import styles from './cards.module.css';
import { Card, Fact, Facts } from './facts.tsx';

/** Names that were looked up, pages that were fetched, and ways that were followed: what each took, or why it failed. */
export function Checks({ report: { dns = [], http = [], paths = [] } }: { report: Report }) {
  const { t, figures } = useWords();
  if (dns.length + http.length + paths.length === 0) return null;
  const took = (ms: number | null, error: string | null) =>
    ms === null || error !== null ? <span className={styles.warn}>{error ?? t('wan.noAnswer')}</span> : figures.latency(ms);
  return (
    <Card title={t('checks.title')} wide>
      <Facts>
        {dns.map(({ name, ms, error }) => (
          <Fact key={name} name={t('checks.dns')}>
            <span className={styles.mono}>{name}</span> {took(ms, error)}
          </Fact>
        ))}
        {http.map(({ url, status, ms, error }) => (
          <Fact key={url} name={t('checks.http')}>
            <span className={styles.mono}>{url}</span> {status} {took(ms, error)}
          </Fact>
        ))}
        {paths.map(({ target, hops }) => (
          <Fact key={target} name={t('checks.path')}>
            <span className={styles.mono}>{[...hops.map(({ address }) => address ?? '*'), target].join(' → ')}</span>
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}
