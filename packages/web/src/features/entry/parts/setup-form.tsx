import { useNester } from '../../../app/context.ts';
import type { ServerInfo } from '../../../app/nester.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { AccountFields, useAccountFields } from './account-fields.tsx';
import { EntryForm, EntryHead } from './entry-frame.tsx';
import { EntryNotice } from './entry-notice.tsx';
import { useLink } from './use-link.ts';

/** Makes the first administrator, with the link that the server printed when it started. */
export function SetupForm({ server, token }: { server: ServerInfo; token: string }) {
  const { t, sentence } = useText();
  const nester = useNester();
  const fields = useAccountFields('');
  const link = useLink(server.setupNeeded ? token : '');

  if (!server.setupNeeded) return <EntryNotice title={t('setup.doneTitle')} text={t('setup.doneText')} toLogIn />;
  if (link.state === 'checking') return <SkeletonRows count={5} />;
  if (link.state === 'invalid' || (link.state === 'valid' && link.shown.kind !== 'setup'))
    return <EntryNotice icon="link" title={t('setup.invalidTitle')} text={t('setup.invalidText')} command="npx nester setup-link" />;
  if (link.state === 'failed') return <EntryNotice title={t('failed.title')} text={sentence(link.error)} onRetry={link.retry} />;

  return (
    <>
      <EntryHead title={t('setup.title')}>{t('setup.text')}</EntryHead>
      <EntryForm onSubmit={() => void fields.submit(account => nester.enter('setup.complete', { token, ...account }))}>
        <AccountFields fields={fields} minimum={server.passwordMin} />
        <Button look="primary" type="submit" busy={fields.busy}>
          {t('setup.submit')}
        </Button>
      </EntryForm>
    </>
  );
}
