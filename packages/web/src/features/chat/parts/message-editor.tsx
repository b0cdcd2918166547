import type { Message } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { useEffect, useRef, useState } from 'react';
import { useConnection } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { useWritten } from '../context.ts';
import styles from './message-editor.module.css';
import { useAutosize } from './use-autosize.ts';

/** Changes the text of one's own message, in its place. */
export function MessageEditor({ message, onDone }: { message: Message; onDone: () => void }) {
  const { t, sentence } = useText();
  const connection = useConnection();
  const { drafts } = useWritten();
  const draftKey = `edit-${message.messageId}`;
  const [text, setText] = useState(() => drafts.read(draftKey) || message.content);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const area = useRef<HTMLTextAreaElement>(null);
  useAutosize(area, text);

  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
  }, []);

  const finish = () => {
    drafts.write(draftKey, '');
    onDone();
  };
  const save = async () => {
    const content = text.trim();
    if (busy || content === '' || content.length > limits.contentChars) return;
    if (content === message.content) return finish();
    setBusy(true);
    setError(undefined);
    try {
      await connection.call('message.edit', { messageId: message.messageId, content });
      finish();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <div className={styles.editor}>
      <textarea
        ref={area}
        rows={1}
        value={text}
        aria-label={t('message.edit')}
        aria-invalid={error ? true : undefined}
        onChange={event => {
          setText(event.target.value);
          drafts.write(draftKey, event.target.value);
        }}
        onKeyDown={event => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            finish();
          } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {sentence(error)}
        </p>
      )}
      <div className={styles.buttons}>
        <Button look="primary" busy={busy} disabled={text.trim() === ''} onClick={() => void save()}>
          {t('save')}
        </Button>
        <Button look="quiet" onClick={finish}>
          {t('cancel')}
        </Button>
      </div>
    </div>
  );
}
