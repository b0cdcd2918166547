import { useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useInvitations } from '../queries.ts';
import { InviteDialog } from './invite-dialog.tsx';
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
      {invitations.isPending ? (
        <SkeletonRows count={6} />
      ) : invitations.isError ? (
        <Failed error={invitations.error} retry={() => void invitations.refetch()} />
      ) : invitations.data.invitations.length === 0 ? (
        <Blank icon="mail" title={t('invitations.none')}>
          {t('invitations.noneText')}
        </Blank>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('invitations.for')}</th>
              <th scope="col">{t('users.role')}</th>
              <th scope="col">{t('users.state')}</th>
              <th scope="col">{t('invitations.made')}</th>
              <th scope="col">{t('invitations.expires')}</th>
              <th scope="col">
                <span className="hidden-text">{t('users.acts')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {invitations.data.invitations.map(each => (
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
          </tbody>
        </table>
      )}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  );
}
