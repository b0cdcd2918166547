import type { UserRecord } from '@aerie/contract';
import { type Role, roles } from '@aerie/contract/roles';
import { useDeferredValue, useMemo, useState } from 'react';
import { plain } from '../../../app/matching.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { MoreRows } from '../../../ui/more-rows.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSanctioning } from '../../moderation/sanctioning.tsx';
import { useUsers } from '../queries.ts';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { FilterField } from './filter-field.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { Listing } from './listing.tsx';
import { ResetPasswordDialog } from './reset-password-dialog.tsx';
import styles from './table.module.css';
import { UserRow } from './user-row.tsx';

/** So many rows are drawn at first, and again each time that the end comes into sight: a school has thousands of accounts. */
const pageRows = 60;

const states = ['active', 'muted', 'banned', 'disabled'] as const;
type Shown = 'all' | Role | (typeof states)[number];

function fits(user: UserRecord, shown: Shown, now: number): boolean {
  switch (shown) {
    case 'all':
      return true;
    case 'active':
      return !user.disabled;
    case 'disabled':
      return user.disabled;
    case 'muted':
      return (user.mutedUntil ?? 0) > now;
    case 'banned':
      return (user.bannedUntil ?? 0) > now;
    default:
      return user.kind === 'person' && user.role === shown;
  }
}

/** All accounts, and what an administrator may do with each. */
export function UsersTab() {
  const { t, compare } = useText();
  const now = useNow();
  const users = useUsers();
  const { sanction, dialog: sanctioning } = useSanctioning();
  const [typed, setTyped] = useState('');
  const [shown, setShown] = useState<Shown>('all');
  const [dialog, setDialog] = useState<'invite' | 'create' | 'import'>();
  const [resetting, setResetting] = useState<UserRecord>();
  const [most, setMost] = useState(pageRows);
  const close = () => setDialog(undefined);

  const sorted = useMemo(() => users.data?.toSorted((a, b) => compare(a.name, b.name)) ?? [], [users.data, compare]);
  // Typing goes before the list: rows follow when there is time.
  const wanted = plain(useDeferredValue(typed).trim());
  const found = sorted.filter(user => plain(user.name).includes(wanted) && fits(user, shown, now));

  return (
    <>
      <div className={styles.bar}>
        <FilterField
          value={typed}
          label={t('users.filter')}
          onType={typed => {
            setTyped(typed);
            setMost(pageRows);
          }}
        />
        <span className={styles.pick}>
          <select aria-label={t('users.show')} value={shown} onChange={event => setShown(event.target.value as Shown)}>
            <option value="all">{t('users.all')}</option>
            <optgroup label={t('users.role')}>
              {roles.map(role => (
                <option key={role} value={role}>
                  {t(`role.${role}`)}
                </option>
              ))}
            </optgroup>
            <optgroup label={t('users.state')}>
              {states.map(state => (
                <option key={state} value={state}>
                  {t(`users.${state}`)}
                </option>
              ))}
            </optgroup>
          </select>
          <Icon name="chevron" />
        </span>
        {users.data && (
          <span className={styles.count} role="status">
            {t('users.count', { count: found.length })}
          </span>
        )}
        <span className={styles.space} />
        <Button icon="people" onClick={() => setDialog('import')}>
          {t('users.import')}
        </Button>
        <Button icon="plus" onClick={() => setDialog('create')}>
          {t('users.create')}
        </Button>
        <Button look="primary" icon="link" onClick={() => setDialog('invite')}>
          {t('users.invite')}
        </Button>
      </div>
      <Listing
        query={users}
        expect={8}
        headings={[t('users.name'), t('users.role'), t('users.state'), t('users.seen')]}
        blank={found.length === 0 ? <Blank icon="people" title={t('users.none')} /> : undefined}
      >
        {found.slice(0, most).map(user => (
          <UserRow key={user.userId} user={user} onReset={setResetting} onSanction={sanction} />
        ))}
      </Listing>
      {found.length > most && <MoreRows key={most} onReach={() => setMost(most + pageRows)} />}
      {dialog === 'invite' && <InviteDialog onClose={close} />}
      {dialog === 'create' && <CreateUserDialog onClose={close} />}
      {dialog === 'import' && <ImportDialog onClose={close} />}
      {resetting && <ResetPasswordDialog user={resetting} onClose={() => setResetting(undefined)} />}
      {sanctioning}
    </>
  );
}
