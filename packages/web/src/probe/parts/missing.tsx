import type { MissingFact } from '@aerie/contract';
import { missingReason } from '../../features/sites/missing-reason.ts';
import { Icon } from '../../ui/icon.tsx';
import { useWords } from '../words.tsx';
import styles from './cards.module.css';

/** What could not be measured, and why. */
export function Missing({ facts }: { facts: readonly MissingFact[] }) {
  const { t } = useWords();
  return (
    <ul className={styles.missing}>
      {facts.map(({ fact, reason }) => (
        <li key={fact + reason}>
          <Icon name="warn" />
          <span>
            <strong className={styles.fact}>{t(`missing.${fact}`)}</strong>
            <br />
            {missingReason(reason, t)}
          </span>
        </li>
      ))}
    </ul>
  );
}
