import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { useRunbook } from '../queries.ts';
import type { RunbookName } from '../runbook.ts';
import styles from './runbook.module.css';
import { Steps } from './steps.tsx';

/**
 * What to do, beside what it is about: folded until somebody wants it.
 * @param about whose ticks these are: an incident's id, a site's id
 * @param inset it stands in a page that has no margins of its own
 */
export function RunbookPanel({ name, about, inset = false }: { name: RunbookName; about: string; inset?: boolean }) {
  const { t, language } = useText();
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch } = useRunbook(language, name, isOpen);
  return (
    <details className={styles.panel} data-inset={inset || undefined} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{t('runbook.title')}</summary>
      {data ? (
        <>
          <h3 className={styles.name}>
            <Link to="/runbooks/$name" params={{ name }}>
              {data.title}
            </Link>
          </h3>
          <Steps key={about} runbook={data} name={name} about={about} />
        </>
      ) : error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : (
        // Nothing moves where nobody looks.
        isOpen && <SkeletonRows count={3} />
      )}
    </details>
  );
}
