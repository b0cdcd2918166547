import { useEffect, useRef, useState } from 'react';
import styles from './search-field.module.css';

/** The field in which a page is searched; `/` leads to it. It holds what is typed itself, so that typing waits for nothing. */
export function SearchField({ value, label, onType }: { value: string; label: string; onType: (words: string) => void }) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  // An address that changes by itself (back, a link) is taken over; the echo of what was typed is not.
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
  }, [value]);
  return (
    <input
      className={styles.field}
      type="search"
      value={typed}
      placeholder={label}
      aria-label={label}
      aria-keyshortcuts="/"
      data-search
      spellCheck={false}
      onChange={event => {
        const words = event.target.value;
        setTyped(words);
        told.current = words.trim();
        onType(words.trim());
      }}
      onKeyDown={event => {
        if (event.key === 'Escape' && typed === '') event.currentTarget.blur();
      }}
    />
  );
}
