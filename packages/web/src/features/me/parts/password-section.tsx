import { type FormEvent, useState } from 'react';
import { useConnection, useMe, useNester } from '../../../app/context.ts';
import { useStore } from '../../../app/store.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError } from '../../../ui/field.tsx';
import { PasswordField } from '../../../ui/password-field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from '../page.module.css';

/** Changes one's own password. */
export function PasswordSection() {
  const { t, sentence } = useText();
  const say = useSay();
  const nester = useNester();
  const connection = useConnection();
  const me = useMe();
  const session = useStore(nester.session);
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ code?: string } | undefined>();
  const minimum = session.phase === 'in' ? session.server.passwordMin : 0;

  const change = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await connection.call('me.changePassword', { current, password });
      setCurrent('');
      setPassword('');
      say(t('me.passwordChanged'));
    } catch (failure) {
      setError(failure as { code?: string });
    }
    setBusy(false);
  };

  const wrong = error?.code === 'login_failed';
  const weak = error?.code === 'weak_password';
  return (
    <section className={styles.section}>
      <h2>{t('me.password')}</h2>
      <form className={styles.form} onSubmit={change}>
        <input type="text" name="username" autoComplete="username" value={me.name} readOnly hidden />
        <PasswordField
          label={t('me.currentPassword')}
          value={current}
          onChange={setCurrent}
          error={wrong ? t('me.wrongPassword') : undefined}
          required
        />
        <PasswordField
          label={t('me.newPassword')}
          value={password}
          onChange={setPassword}
          error={weak ? sentence(error) : undefined}
          strength={{ name: me.name, minimum }}
          required
        />
        <FormError>{error && !wrong && !weak && sentence(error)}</FormError>
        <Button type="submit" busy={busy} disabled={!current || !password}>
          {t('me.changePassword')}
        </Button>
      </form>
    </section>
  );
}
