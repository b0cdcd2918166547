import type { ReportDigest } from '@aerie/contract/dashboard';
import { useState } from 'react';
import { DigestRow } from '../parts/digest-row.tsx';
import { Blank, Waiting } from '../parts/states.tsx';
import { useData } from '../use-data.ts';
import { useWords } from '../words.tsx';
import styles from './pages.module.css';

/** All reports that are kept here, newest first. */
export function ScansPage() {
  const { t } = useWords();
  const { data, error, again } = useData<{ reports: ReportDigest[] }>('reports');
  const [fullOnly, setFullOnly] = useState(true);
  if (!data) return <Waiting error={error} again={again} />;
  if (data.reports.length === 0)
    return (
      <Blank icon="history" title={t('scans.none')}>
        {t('scans.noneText')}
      </Blank>
    );
  return (
    <>
      {data.reports.some(({ kind }) => kind === 'sweep') && (
        <label className={styles.check}>
          <input type="checkbox" checked={fullOnly} onChange={event => setFullOnly(event.target.checked)} /> {t('scans.fullOnly')}
        </label>
      )}
      <ul>
        {data.reports
          .filter(({ kind }) => kind === 'full' || !fullOnly)
          .map(digest => (
            <li key={digest.name}>
              <DigestRow digest={digest} />
            </li>
          ))}
      </ul>
    </>
  );
}
