import type { ScanChange, ScanComparison } from '@aerie/contract/dashboard';
import { type Shape, StateMark } from '../../ui/state-mark.tsx';
import cards from '../parts/cards.module.css';
import { Card } from '../parts/facts.tsx';
import { Blank, Waiting } from '../parts/states.tsx';
import { Go } from '../route.tsx';
import { useData } from '../use-data.ts';
import { useWords } from '../words.tsx';
import styles from './pages.module.css';

const shapes: Record<ScanChange['kind'], Shape> = {
  appeared: 'up',
  gone: 'down',
  opened: 'degraded',
  closed: 'unknown',
  renamed: 'maintenance',
  system: 'maintenance',
  hardware: 'degraded',
};

/** What each of the last scans found otherwise than the one before it. */
export function ChangesPage() {
  const { t, times } = useWords();
  const { data, error, again } = useData<{ comparisons: ScanComparison[] }>('changes');
  if (!data) return <Waiting error={error} again={again} />;
  if (data.comparisons.length === 0)
    return (
      <Blank icon="retry" title={t('changes.none')}>
        {t('changes.noneText')}
      </Blank>
    );
  return (
    <div className={cards.cards}>
      {data.comparisons.map(({ from, to, changes }) => (
        <Card
          key={to.name}
          title={times.short(to.finishedAt)}
          wide
          aside={
            <Go to={`/scans/${from.name.replace(/\.json$/, '')}`} className={cards.faint}>
              {t('changes.between', { when: times.short(from.finishedAt) })}
            </Go>
          }
        >
          {changes.length === 0 ? (
            <p className={cards.soft}>{t('changes.same')}</p>
          ) : (
            <ul className={styles.changes}>
              {changes.map(({ kind, address, name, port = '', was = '', is = '' }) => (
                <li key={`${kind} ${address} ${port}`}>
                  <span className={styles.change}>
                    <StateMark shape={shapes[kind]} word={t(`changes.${kind}`, { port, was, is })} calm />
                  </span>
                  <span>
                    {name && `${name} `}
                    <span className={styles.mono}>{address}</span>
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Card>
      ))}
    </div>
  );
}
