import type { UserRecord } from '@aerie/contract';
import { type Role, roles } from '@aerie/contract/roles';
import { useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { plain } from '../../../app/matching.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Menu, MenuChoice, MenuDivider, MenuItem, MenuLabel } from '../../../ui/menu.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useAct, useUsers } from '../queries.ts';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { ResetPasswordDialog } from './reset-password-dialog.tsx';
import styles from './table.module.css';

/** So many rows are drawn at first: a school has thousands of accounts, and nobody reads them all. */
const pageRows = 200;

/** All accounts, and what an administrator may do with each. */
export function UsersTab() {
  const { t, compare } = useText();
  const users = useUsers();
  const [typed, setTyped] = useState('');
  const [dialog, setDialog] = useState<'invite' | 'create' | 'import'>();
  const [resetting, setResetting] = useState<UserRecord>();
  const [most, setMost] = useState(pageRows);
  const close = () => setDialog(undefined);

  const shown = (users.data ?? []).filter(user => plain(user.name).includes(plain(typed.trim()))).sort((a, b) => compare(a.name, b.name));

  return (
    <>
      <div className={styles.bar}>
        <input
          className={styles.filter}
          value={typed}
          placeholder={t('users.filter')}
          aria-label={t('users.filter')}
          onChange={event => setTyped(event.target.value)}
        />
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
      {users.isPending ? (
        <SkeletonRows count={8} />
      ) : users.isError ? (
        <Failed error={users.error} retry={() => void users.refetch()} />
      ) : shown.length === 0 ? (
        <Blank icon="people" title={t('users.none')} />
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('users.name')}</th>
              <th scope="col">{t('users.role')}</th>
              <th scope="col">{t('users.state')}</th>
              <th scope="col">{t('users.seen')}</th>
              <th scope="col">
                <span className="hidden-text">{t('users.acts')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, most).map(user => (
              <UserRow key={user.userId} user={user} onReset={() => setResetting(user)} />
            ))}
          </tbody>
        </table>
      )}
      {shown.length > most && (
        <div className={styles.more}>
          <Button onClick={() => setMost(most + pageRows)}>{t('users.more', { count: Math.min(pageRows, shown.length - most) })}</Button>
        </div>
      )}
      {dialog === 'invite' && <InviteDialog onClose={close} />}
      {dialog === 'create' && <CreateUserDialog onClose={close} />}
      {dialog === 'import' && <ImportDialog onClose={close} />}
      {resetting && <ResetPasswordDialog user={resetting} onClose={() => setResetting(undefined)} />}
    </>
  );
}

function UserRow({ user, onReset }: { user: UserRecord; onReset: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const setRole = useAct('user.setRole');
  const disable = useAct('user.disable');
  const enable = useAct('user.enable');
  const onError = (error: unknown) => say(sentence(error), 'bad');
  const { userId, name } = user;
  const give = (role: Role) =>
    setRole.mutate({ userId, role }, { onError, onSuccess: () => say(t('users.roleGiven', { name, role: t(`role.${role}`) })) });

  return (
    <tr className={user.disabled ? styles.off : undefined}>
      <td>
        <span className={styles.who}>
          <Avatar id={userId} name={name} size={24} />
          <span>
            {name} {userId === me.userId && <span className={styles.soft}>{t('person.you')}</span>}
          </span>
        </span>
      </td>
      <td className={styles.soft}>{user.kind === 'bot' ? t('person.bot') : t(`role.${user.role}`)}</td>
      <td>
        {user.disabled ? (
          <span className={styles.state}>■ {t('users.disabled')}</span>
        ) : (
          <span className={styles.state}>● {t('users.active')}</span>
        )}
      </td>
      <td className={styles.soft}>{user.lastSeenAt === null ? t('users.never') : <Moment at={user.lastSeenAt} />}</td>
      <td className={styles.acts}>
        {user.kind === 'person' && (
          <Menu target={<IconButton icon="more" label={t('users.actsOf', { name })} />}>
            <MenuLabel>{t('users.role')}</MenuLabel>
            <MenuChoice value={user.role} options={roles.map(role => ({ value: role, label: t(`role.${role}`) }))} onChange={give} />
            <MenuDivider />
            <MenuItem icon="lock" onClick={onReset}>
              {t('users.reset')}
            </MenuItem>
            {user.disabled ? (
              <MenuItem
                icon="check"
                onClick={() => enable.mutate({ userId }, { onError, onSuccess: () => say(t('users.enabledNow', { name })) })}
              >
                {t('users.enable')}
              </MenuItem>
            ) : (
              <MenuItem
                icon="close"
                danger
                disabled={userId === me.userId}
                onClick={() => disable.mutate({ userId }, { onError, onSuccess: () => say(t('users.disabledNow', { name })) })}
              >
                {t('users.disable')}
              </MenuItem>
            )}
          </Menu>
        )}
      </td>
    </tr>
  );
}
