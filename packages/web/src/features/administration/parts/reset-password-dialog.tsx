import type { UserRecord } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useNester } from '../../../app/context.ts';
import { useStore } from '../../../app/store.ts';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError } from '../../../ui/field.tsx';
import { PasswordField } from '../../../ui/password-field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from './dialog-form.module.css';

/** Gives somebody who forgot theirs a new password. */
export function ResetPasswordDialog({ user, onClose }: { user: UserRecord; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const session = useStore(useNester().session);
  const reset = useAct('user.setPassword');
  const [password, setPassword] = useState('');
  const minimum = session.phase === 'in' ? session.server.passwordMin : 0;
  const weak = (reset.error as { code?: string } | null)?.code === 'weak_password';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate(
      { userId: user.userId, password },
      {
        onSuccess: () => {
          say(t('reset.done', { name: user.name }));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={t('reset.title', { name: user.name })} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t('reset.text')}</p>
        <PasswordField
          label={t('me.newPassword')}
          value={password}
          onChange={setPassword}
          error={weak ? sentence(reset.error) : undefined}
          strength={{ name: user.name, minimum }}
          required
          data-autofocus
        />
        <FormError>{reset.isError && !weak && sentence(reset.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={reset.isPending}>
            {t('reset.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
