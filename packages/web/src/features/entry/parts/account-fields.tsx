import type { Language } from '@aerie/contract/errors';
import { cleanUserName, userNameProblem } from '@aerie/contract/names';
import { useState } from 'react';
import { visitorLanguage } from '../../../app/visitor-language.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Choice, FormError, TextField } from '../../../ui/field.tsx';
import { PasswordField } from '../../../ui/password-field.tsx';

interface Account {
  name: string;
  password: string;
  language: Language;
}

/** What is typed for a new account, and the sending of it. */
export function useAccountFields(initialName: string) {
  const { language } = useText();
  const [name, setName] = useState(initialName);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ code?: string } | undefined>();
  const submit = async (make: (account: Account) => Promise<void>) => {
    const problem = userNameProblem(cleanUserName(name));
    if (problem) return setError({ code: 'bad_user_name', params: { reason: problem } } as { code: string });
    setBusy(true);
    setError(undefined);
    try {
      await make({ name: cleanUserName(name), password, language });
    } catch (failure) {
      setError(failure as { code?: string });
      setBusy(false);
    }
  };
  return { name, setName, password, setPassword, busy, error, submit };
}

/** Name, password, language. What the server refuses stands under the field that it concerns. */
export function AccountFields({ fields, minimum }: { fields: ReturnType<typeof useAccountFields>; minimum: number }) {
  const { t, language, sentence } = useText();
  const { name, setName, password, setPassword, error } = fields;
  const said = error && sentence(error);
  const aboutName = error?.code === 'bad_user_name' || error?.code === 'user_exists';
  const aboutPassword = error?.code === 'weak_password';
  return (
    <>
      <TextField
        label={t('account.name')}
        hint={t('account.nameHint')}
        error={aboutName ? said : undefined}
        value={name}
        onChange={event => setName(event.target.value)}
        autoComplete="username"
        spellCheck={false}
        required
        autoFocus
      />
      <PasswordField
        label={t('account.password')}
        value={password}
        onChange={setPassword}
        error={aboutPassword ? said : undefined}
        strength={{ name, minimum }}
        required
      />
      <Choice
        label={t('account.language')}
        value={language}
        options={[
          { value: 'fr', label: 'Français' },
          { value: 'en', label: 'English' },
        ]}
        onChange={value => visitorLanguage.set(value)}
      />
      <FormError>{!aboutName && !aboutPassword && said}</FormError>
    </>
  );
}
