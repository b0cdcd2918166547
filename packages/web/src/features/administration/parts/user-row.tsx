import type { UserRecord } from '@aerie/contract';
import { type Role, roles } from '@aerie/contract/roles';
import { memo } from 'react';
import { useMe } from '../../../app/context.ts';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Menu, MenuChoice, MenuDivider, MenuItem, MenuLabel } from '../../../ui/menu.tsx';
import { Moment } from '../../../ui/time.tsx';
import type { Sanctioning } from '../../moderation/sanctioning.tsx';
import { useInForce } from '../../moderation/use-in-force.ts';
import styles from './table.module.css';

interface UserRowProps {
  user: UserRecord;
  onReset: (user: UserRecord) => void;
  onSanction: (what: Sanctioning) => void;
}

/** One account. It is drawn again only when it changes: of thousands, one does. */
export const UserRow = memo(function UserRow({ user, onReset, onSanction }: UserRowProps) {
  const { t } = useText();
  const me = useMe();
  const { userId, name } = user;
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
        <UserState user={user} />
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('users.seen') })}>
        {user.lastSeenAt === null ? t('users.never') : <Moment at={user.lastSeenAt} />}
      </td>
      <td className={styles.acts}>
        {user.kind === 'person' && (
          <Menu target={<IconButton icon="more" label={t('users.actsOf', { name })} />}>
            <UserActs user={user} isMe={userId === me.userId} onReset={onReset} onSanction={onSanction} />
          </Menu>
        )}
      </td>
    </tr>
  );
});

/** What somebody may do just now: shape and word, with the time until it changes. */
function UserState({ user }: { user: UserRecord }) {
  const { t } = useText();
  const banned = useInForce(user.bannedUntil);
  const muted = useInForce(user.mutedUntil);
  if (user.disabled) return <span className={styles.state}>■ {t('users.disabled')}</span>;
  if (banned)
    return (
      <span className={styles.state} data-look="bad">
        <span>
          ■ {t('users.banned')}, {t('users.ends')} <Moment at={user.bannedUntil!} as="until" />
        </span>
      </span>
    );
  if (muted)
    return (
      <span className={styles.state} data-look="warn">
        <span>
          ▲ {t('users.muted')}, {t('users.ends')} <Moment at={user.mutedUntil!} as="until" />
        </span>
      </span>
    );
  return <span className={styles.state}>● {t('users.active')}</span>;
}

/** The entries of an account's menu; they exist only while it is open. */
function UserActs({ user, isMe, onReset, onSanction }: UserRowProps & { isMe: boolean }) {
  const { t } = useText();
  const act = useDo();
  const muted = useInForce(user.mutedUntil);
  const banned = useInForce(user.bannedUntil);
  const { userId, name } = user;
  const give = (role: Role) => void act('user.setRole', { userId, role }, t('users.roleGiven', { name, role: t(`role.${role}`) }));

  return (
    <>
      <MenuLabel>{t('users.role')}</MenuLabel>
      <MenuChoice value={user.role} options={roles.map(role => ({ value: role, label: t(`role.${role}`) }))} onChange={give} />
      <MenuDivider />
      <MenuItem icon="lock" onClick={() => onReset(user)}>
        {t('users.reset')}
      </MenuItem>
      <MenuItem icon="logout" onClick={() => void act('user.endSessions', { userId }, t('users.sessionsEnded', { name }))}>
        {t('users.endSessions')}
      </MenuItem>
      {!isMe && (
        <>
          <MenuDivider />
          <MenuItem icon="kick" onClick={() => onSanction({ act: 'kick', userId, name })}>
            {t('sanction.kick')}
          </MenuItem>
          <MenuItem icon="mute" onClick={() => onSanction({ act: 'mute', userId, name })}>
            {t(muted ? 'sanction.muteAgain' : 'sanction.mute')}
          </MenuItem>
          {muted && (
            <MenuItem icon="check" onClick={() => void act('user.unmute', { userId }, t('sanction.unmuted', { name }))}>
              {t('sanction.unmute')}
            </MenuItem>
          )}
          <MenuItem icon="ban" danger onClick={() => onSanction({ act: 'ban', userId, name })}>
            {t(banned ? 'sanction.banAgain' : 'sanction.ban')}
          </MenuItem>
          {banned && (
            <MenuItem icon="check" onClick={() => void act('user.unban', { userId }, t('sanction.unbanned', { name }))}>
              {t('sanction.unban')}
            </MenuItem>
          )}
        </>
      )}
      <MenuDivider />
      {user.disabled ? (
        <MenuItem icon="check" onClick={() => void act('user.enable', { userId }, t('users.enabledNow', { name }))}>
          {t('users.enable')}
        </MenuItem>
      ) : (
        <MenuItem
          icon="close"
          danger
          disabled={isMe}
          onClick={() => void act('user.disable', { userId }, t('users.disabledNow', { name }))}
        >
          {t('users.disable')}
        </MenuItem>
      )}
    </>
  );
}
