import { useNester } from '../../../app/context.ts';
import type { ServerInfo } from '../../../app/nester.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { AccountFields, useAccountFields } from './account-fields.tsx';
import { EntryForm, EntryHead } from './entry-frame.tsx';

/** Makes an account for oneself, where the server lets everybody, and logs in with it. */
export function RegisterForm({ server, onBack }: { server: ServerInfo; onBack: () => void }) {
  const { t } = useText();
  const nester = useNester();
  const fields = useAccountFields('');
  return (
    <>
      <EntryHead title={t('register.title')}>{t('register.text')}</EntryHead>
      <EntryForm
        onSubmit={() =>
          void fields.submit(async account => {
            await nester.call('user.register', account);
            await nester.enter('session.logIn', { user: account.name, password: account.password });
          })
        }
      >
        <AccountFields fields={fields} minimum={server.passwordMin} />
        <Button look="primary" type="submit" busy={fields.busy}>
          {t('register.submit')}
        </Button>
        <Button look="quiet" onClick={onBack}>
          {t('register.back')}
        </Button>
      </EntryForm>
    </>
  );
}
