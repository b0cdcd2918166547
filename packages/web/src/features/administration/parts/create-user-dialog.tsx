import type { Role } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useNester } from '../../../app/context.ts';
import { useStore } from '../../../app/store.ts';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, TextField } from '../../../ui/field.tsx';
import { PasswordField } from '../../../ui/password-field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from './dialog-form.module.css';
import { RoleField } from './role-field.tsx';

/** Makes an account with a first password, for somebody who cannot open a link. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const session = useStore(useNester().session);
  const create = useAct('user.create');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('member');
  const minimum = session.phase === 'in' ? session.server.passwordMin : 0;
  const { code } = (create.error ?? {}) as { code?: string };
  const said = create.isError ? sentence(create.error) : undefined;
  const aboutName = code === 'bad_user_name' || code === 'user_exists';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { name: name.trim(), password, role },
      {
        onSuccess: () => {
          say(t('createUser.done', { name: name.trim() }));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={t('createUser.title')} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t('createUser.text')}</p>
        <TextField
          label={t('account.name')}
          hint={t('account.nameHint')}
          error={aboutName ? said : undefined}
          value={name}
          onChange={event => setName(event.target.value)}
          autoComplete="off"
          required
          data-autofocus
        />
        <PasswordField
          label={t('createUser.password')}
          value={password}
          onChange={setPassword}
          error={code === 'weak_password' ? said : undefined}
          strength={{ name, minimum }}
          required
        />
        <RoleField value={role} onChange={setRole} />
        <FormError>{!aboutName && code !== 'weak_password' && said}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={create.isPending}>
            {t('createUser.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
