import type { Role } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { Moment } from '../../../ui/time.tsx';
import styles from './dialog-form.module.css';
import { RoleField } from './role-field.tsx';

const durations = [1, 7, 30, 90];

/** Makes a link for one person, to be copied. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t, sentence } = useText();
  const invite = useAct('invitation.create');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('member');
  const [days, setDays] = useState(7);

  if (invite.data) {
    return (
      <Dialog title={t('invite.madeTitle')} onClose={onClose}>
        <div className={styles.form}>
          <p className={styles.soft}>
            {t('invite.madeText')} {t('invite.expires')} <Moment at={invite.data.expiresAt} as="until" />.
          </p>
          <div className={styles.link}>
            <code>{invite.data.link}</code>
            <CopyButton text={invite.data.link} />
          </div>
          <DialogButtons>
            <Button onClick={() => invite.reset()}>{t('invite.another')}</Button>
            <Button look="primary" onClick={onClose}>
              {t('done')}
            </Button>
          </DialogButtons>
        </div>
      </Dialog>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ role, days, name: name.trim() || undefined });
  };
  return (
    <Dialog title={t('invite.title')} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <TextField
          label={t('invite.name')}
          hint={t('invite.nameHint')}
          value={name}
          onChange={event => setName(event.target.value)}
          autoComplete="off"
          data-autofocus
        />
        <RoleField value={role} onChange={setRole} />
        <SelectField label={t('invite.days')} value={days} onChange={event => setDays(Number(event.target.value))}>
          {durations.map(count => (
            <option key={count} value={count}>
              {t('days', { count })}
            </option>
          ))}
        </SelectField>
        <FormError>{invite.isError && sentence(invite.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={invite.isPending}>
            {t('invite.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
