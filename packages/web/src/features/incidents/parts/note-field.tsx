import { useEffect, useRef, useState } from 'react';
import { kept } from '../../../app/kept.ts';
import { commandKey } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import styles from './incident-panel.module.css';

export const noteFieldId = 'incident-note';
/** As many as the server takes. */
const mostChars = 4_000;

/** What is typed for an incident, kept through reloads until it is sent. */
export function useKeptNote(userId: string, incidentId: string): [string, (text: string) => void] {
  const key = `note.${userId}.${incidentId}`;
  const [text, setText] = useState(() => kept.read(key) ?? '');
  const set = (next: string) => {
    setText(next);
    kept.write(key, next === '' ? undefined : next);
  };
  return [text, set];
}

interface NoteFieldProps {
  text: string;
  onType: (text: string) => void;
  onSend: () => void;
  busy: boolean;
  /** It is to have the focus. */
  wanted: boolean;
  /** Acknowledging or resolving takes the note along. */
  goesAlong: boolean;
}

/** Where one writes a note into the timeline; Ctrl-Enter sends it. */
export function NoteField({ text, onType, onSend, busy, wanted, goesAlong }: NoteFieldProps) {
  const { t } = useText();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (wanted) field.current?.focus();
  }, [wanted]);
  return (
    <form
      className={styles.note}
      onSubmit={event => {
        event.preventDefault();
        onSend();
      }}
    >
      <label htmlFor={noteFieldId} className="hidden-text">
        {t('acts.note')}
      </label>
      <textarea
        ref={field}
        id={noteFieldId}
        value={text}
        rows={text === '' ? 1 : 3}
        maxLength={mostChars}
        placeholder={t('acts.notePlaceholder')}
        aria-describedby={goesAlong && text !== '' ? `${noteFieldId}-hint` : undefined}
        onChange={event => onType(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onSend();
          }
        }}
      />
      {text !== '' && (
        <div className={styles.noteEnd}>
          {goesAlong && (
            <p id={`${noteFieldId}-hint`} className={styles.hint}>
              {t('acts.noteHint')}
            </p>
          )}
          <Button type="submit" busy={busy} disabled={text.trim() === ''}>
            {t('acts.noteAdd')} <kbd>{commandKey} ⏎</kbd>
          </Button>
        </div>
      )}
    </form>
  );
}
