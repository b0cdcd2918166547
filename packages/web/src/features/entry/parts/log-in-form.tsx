import { useState } from 'react';
import { useNester } from '../../../app/context.ts';
import type { EndReason, ServerInfo } from '../../../app/nester.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError, TextField } from '../../../ui/field.tsx';
import { PasswordField } from '../../../ui/password-field.tsx';
import { EntryForm, EntryHead, EntryHint } from './entry-frame.tsx';
import { RegisterForm } from './register-form.tsx';

/** Name and password; afterwards the page that was asked for opens. */
export function LogInForm({ server, why }: { server: ServerInfo; why: Exclude<EndReason, 'kicked' | 'banned'> | undefined }) {
  const { t, sentence } = useText();
  const nester = useNester();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [registering, setRegistering] = useState(false);

  if (registering) return <RegisterForm server={server} onBack={() => setRegistering(false)} />;

  const logIn = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await nester.enter('session.logIn', { user, password });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <>
      <EntryHead title={t('logIn.title')}>{why && t(`logIn.why.${why}`)}</EntryHead>
      <EntryForm onSubmit={() => void logIn()}>
        <TextField
          label={t('logIn.name')}
          value={user}
          onChange={event => setUser(event.target.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
        />
        <PasswordField label={t('logIn.password')} value={password} onChange={setPassword} required />
        <FormError>{error !== undefined && sentence(error)}</FormError>
        <Button look="primary" type="submit" busy={busy}>
          {t('logIn.submit')}
        </Button>
        {server.registration === 'open' ? (
          <Button look="quiet" onClick={() => setRegistering(true)}>
            {t('logIn.register')}
          </Button>
        ) : (
          <EntryHint>{t('logIn.help')}</EntryHint>
        )}
      </EntryForm>
    </>
  );
}
