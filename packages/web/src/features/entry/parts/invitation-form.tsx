import { useEffect } from 'react';
import { useNester } from '../../../app/context.ts';
import type { ServerInfo } from '../../../app/nester.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { AccountFields, useAccountFields } from './account-fields.tsx';
import { EntryForm, EntryHead } from './entry-frame.tsx';
import { EntryNotice } from './entry-notice.tsx';
import { useLink } from './use-link.ts';

/** Makes the account that a link invites to. */
export function InvitationForm({ server, token }: { server: ServerInfo; token: string }) {
  const { t, sentence } = useText();
  const nester = useNester();
  const fields = useAccountFields('');
  const link = useLink(token);
  const givenName = link.state === 'valid' ? link.shown.name : null;
  const { setName } = fields;

  useEffect(() => {
    if (givenName) setName(givenName);
  }, [givenName, setName]);

  if (link.state === 'checking') return <SkeletonRows count={5} />;
  if (link.state === 'invalid')
    return <EntryNotice icon="link" title={t('invitation.invalidTitle')} text={t('invitation.invalidText')} toLogIn />;
  if (link.state === 'failed') return <EntryNotice title={t('failed.title')} text={sentence(link.error)} onRetry={link.retry} />;

  const { invitedBy, role } = link.shown;
  return (
    <>
      <EntryHead title={t('invitation.title', { server: server.name })}>
        {invitedBy ? t('invitation.by', { name: invitedBy, role: t(`role.${role}`) }) : t('invitation.text', { role: t(`role.${role}`) })}
      </EntryHead>
      <EntryForm onSubmit={() => void fields.submit(account => nester.enter('invitation.accept', { token, ...account }))}>
        <AccountFields fields={fields} minimum={server.passwordMin} />
        <Button look="primary" type="submit" busy={fields.busy}>
          {t('invitation.submit')}
        </Button>
      </EntryForm>
    </>
  );
}
