import type { ReactNode } from 'react';
import styles from './cards.module.css';

/** One card of a page. */
export function Card({ title, aside, wide = false, children }: { title: string; aside?: ReactNode; wide?: boolean; children: ReactNode }) {
  return (
    <section className={styles.card} data-wide={wide || undefined}>
      <div className={styles.cardHead}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names and what they are, one under the other. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

/** One of them; left out when nothing is to be said. */
export function Fact({ name, mono = false, children }: { name: string; mono?: boolean; children: ReactNode }) {
  if (children === '' || children === undefined || children === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className={mono ? styles.mono : undefined}>{children}</dd>
    </div>
  );
}
