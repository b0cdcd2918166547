import { type FormEvent, useState } from 'react';
import type { Key } from '../../../i18n/translate.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import styles from './policy-panel.module.css';

interface PolicyEntriesProps {
  words: { title: Key; text: Key; none: Key; other: Key };
  entries: readonly string[];
  /** What is not among them yet and may be added by one press. */
  offer?: { entries: readonly string[]; intro: Key; words: (entry: string) => string };
  may: boolean;
  busy: boolean;
  onChange: (entries: string[], done?: () => void) => void;
}

/** A list that one adds to, with one press for what is offered, and takes from. */
export function PolicyEntries({ words, entries, offer, may, busy, onChange }: PolicyEntriesProps) {
  const { t } = useText();
  const [typed, setTyped] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    const entry = typed.trim();
    if (entry && !entries.includes(entry)) onChange([...entries, entry], () => setTyped(''));
  };
  return (
    <div className={styles.entries}>
      <h3>{t(words.title)}</h3>
      <p className={styles.soft}>{entries.length === 0 ? t(words.none) : t(words.text)}</p>
      {entries.length > 0 && (
        <ul className={styles.list}>
          {entries.map(entry => (
            <li key={entry} className={styles.entry}>
              <code>{entry}</code>
              {may && (
                <IconButton
                  icon="close"
                  label={t('policy.remove', { what: entry })}
                  disabled={busy}
                  onClick={() => onChange(entries.filter(each => each !== entry))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {may && offer && offer.entries.length > 0 && (
        <div className={styles.offered}>
          <span className={styles.soft}>{t(offer.intro)}</span>
          {offer.entries.map(entry => (
            <Button key={entry} icon="plus" disabled={busy} onClick={() => onChange([...entries, entry])}>
              {offer.words(entry)}
            </Button>
          ))}
        </div>
      )}
      {may && (
        <form className={styles.add} onSubmit={add}>
          <TextField
            label={t(words.other)}
            value={typed}
            onChange={event => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <Button type="submit" disabled={typed.trim() === '' || busy}>
            {t('policy.add')}
          </Button>
        </form>
      )}
    </div>
  );
}
