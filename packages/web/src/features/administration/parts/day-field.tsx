import styles from './table.module.css';

/** A day that may be left open. */
export function DayField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
}) {
  return (
    <label className={styles.day}>
      {label}
      <input type="date" value={value ?? ''} onChange={event => onChange(event.target.value || undefined)} />
    </label>
  );
}
