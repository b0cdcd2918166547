import styles from './mark.module.css';

/** The mark of the product: a ridge, and the bird's nest below it. */
export function Mark({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" className={styles.mark}>
      <rect width="32" height="32" rx="8" />
      <path d="M6 21.5 16 8l10 13.5" className={styles.ridge} />
      <path d="M11 23.5c3.200-2.600 6.800-2.600 10 0" className={styles.nest} />
    </svg>
  );
}
