import type { ReactNode } from 'react';
import styles from './state-mark.module.css';

/** What a state looks like without its colour: a shape of its own, so that paper and every eye can tell. */
export type Shape = 'up' | 'degraded' | 'down' | 'unknown' | 'stale' | 'maintenance' | 'info';

const shapes: Record<Shape, ReactNode> = {
  up: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  degraded: <path d="M6 .8l5.6 10H.4z" fill="currentColor" />,
  down: <path d="M1 1h10v10H1z" fill="currentColor" />,
  unknown: <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="2.4 2.6" />,
  stale: (
    <>
      <circle cx="6" cy="6" r="4.9" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M6 6V1.100a4.900 4.900 0 014.900 4.900z" fill="currentColor" />
    </>
  ),
  info: (
    <>
      <circle cx="6" cy="6" r="5.1" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M6 5.400v3.400M6 3.200v.1" stroke="currentColor" strokeWidth="1.600" strokeLinecap="round" />
    </>
  ),
  maintenance: <path d="M6 .6L11.400 6 6 11.400.6 6z" fill="none" stroke="currentColor" strokeWidth="1.600" />,
};

/** A state: shape, word and colour together. `calm` keeps red for what needs somebody: a thing that is merely off is grey. */
export function StateMark({ shape, word, silent = false, calm = false }: { shape: Shape; word: string; silent?: boolean; calm?: boolean }) {
  return (
    <span className={styles.mark} data-shape={shape} data-calm={calm || undefined}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        {shapes[shape]}
      </svg>
      <span className={silent ? 'hidden-text' : undefined}>{word}</span>
    </span>
  );
}
