import { useEffect, useRef, useState } from 'react';
import { useStore } from '../../app/store.ts';
import { Button } from '../../ui/button.tsx';
import { act } from '../api.ts';
import { news } from '../live.ts';
import { useWords } from '../words.tsx';
import styles from './scan-now.module.css';

const phases = ['discovery', 'ports', 'services', 'udp', 'pages'] as const;

/** Begins a scan, and shows how far the one is that runs, whoever began it. */
export function ScanNow() {
  const { t, sentence } = useWords();
  const told = useStore(news);
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>();
  const running = told?.scanning ?? false;
  const [said, setSaid] = useState('');
  const wasRunning = useRef(false);

  useEffect(() => {
    if (running) setAsked(false);
    if (running !== wasRunning.current) setSaid(running ? t('scan.begun') : t('scan.done'));
    wasRunning.current = running;
  }, [running, t]);
  // Over before it was seen to run.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new report is the reason
  useEffect(() => setAsked(false), [told?.latest]);

  const begin = async () => {
    setAsked(true);
    setError(undefined);
    try {
      const { begun } = await act<{ begun: boolean }>('scan');
      if (!begun) setAsked(false);
    } catch (failure) {
      setError(failure);
      setAsked(false);
    }
  };

  const scan = told?.scan;
  const phase = phases.find(each => each === scan?.phase) ?? 'any';
  return (
    <div className={styles.place}>
      <span className="hidden-text" role="status">
        {said}
      </span>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {sentence(error)}
        </p>
      )}
      {running ? (
        <div className={styles.progress}>
          <span className={styles.words}>
            <span className={styles.phase}>{t(`scan.phase.${phase}`)}</span>
            {scan && scan.total > 0 && <span className="figures">{t('scan.of', { done: scan.done, total: scan.total })}</span>}
          </span>
          <progress
            aria-label={t('scan.running')}
            {...(scan && scan.total > 0 ? { value: Math.min(scan.done, scan.total), max: scan.total } : {})}
          />
        </div>
      ) : (
        <Button look="primary" icon="search" busy={asked} onClick={begin}>
          {t('scan.now')}
        </Button>
      )}
    </div>
  );
}
