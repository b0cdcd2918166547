import styles from './table.module.css';

/** The field above a table of administration in which one types what is to be found. */
export function FilterField({ value, label, onType }: { value: string; label: string; onType: (typed: string) => void }) {
  return (
    <input
      type="search"
      className={styles.filter}
      value={value}
      placeholder={label}
      aria-label={label}
      onChange={event => onType(event.target.value)}
    />
  );
}
