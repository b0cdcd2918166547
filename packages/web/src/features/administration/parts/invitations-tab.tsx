import { useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useInvitations } from '../queries.ts';
import { InviteDialog } from './invite-dialog.tsx';
import { Listing } from './listing.tsx';
import styles from './table.module.css';

const marks = { open: '◌', used: '●', revoked: '■', expired: '▲' } as const;

/** Links that were given out: open, used, revoked, expired. */
export function InvitationsTab() {
  const { t, sentence } = useText();
  const say = useSay();
  const invitations = useInvitations();
  const revoke = useAct('invitation.revoke');
  const [inviting, setInviting] = useState(false);
  const invite = (
    <Button look="primary" icon="link" onClick={() => setInviting(true)}>
      {t('users.invite')}
    </Button>
  );
  return (
    <>
      <div className={styles.bar}>
        <span className={styles.space} />
        {invite}
      </div>
      <Listing
        query={invitations}
        expect={6}
        headings={[t('invitations.for'), t('users.role'), t('users.state'), t('invitations.made'), t('invitations.expires')]}
        blank={
          invitations.data?.invitations.length === 0 ? (
            <Blank icon="mail" title={t('invitations.none')}>
              {t('invitations.noneText')}
            </Blank>
          ) : undefined
        }
      >
        {invitations.data?.invitations.map(each => (
          <tr key={each.invitationId} className={each.state === 'open' ? undefined : styles.off}>
            <td>{each.name ?? t('invitations.anybody')}</td>
            <td className={styles.soft}>{t(`role.${each.role}`)}</td>
            <td>
              <span className={styles.state}>
                {marks[each.state]} {t(`invitations.${each.state}`)}
              </span>
            </td>
            <td className={styles.soft} data-label={t('table.label', { what: t('invitations.made') })}>
              <Moment at={each.createdAt} />
            </td>
            <td className={styles.soft} data-label={t('table.label', { what: t('invitations.expires') })}>
              {each.state === 'open' && <Moment at={each.expiresAt} as="until" />}
            </td>
            <td className={styles.acts}>
              {each.state === 'open' && (
                <Button
                  look="quiet"
                  busy={revoke.isPending && revoke.variables.invitationId === each.invitationId}
                  onClick={() => revoke.mutate({ invitationId: each.invitationId }, { onError: error => say(sentence(error), 'bad') })}
                >
                  {t('invitations.revoke')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Listing>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  );
}
