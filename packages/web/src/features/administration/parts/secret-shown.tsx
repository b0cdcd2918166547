import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import styles from './dialog-form.module.css';

/** A secret, once: it is shown to be copied, and never again. */
export function SecretShown({ title, text, secret, onClose }: { title: string; text: string; secret: string; onClose: () => void }) {
  const { t } = useText();
  return (
    <Dialog title={title} onClose={onClose} wide>
      <div className={styles.form}>
        <p className={styles.soft}>{text}</p>
        <div className={styles.link}>
          <code>{secret}</code>
          <CopyButton text={secret} />
        </div>
        <DialogButtons>
          <Button look="primary" onClick={onClose} data-autofocus>
            {t('done')}
          </Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
