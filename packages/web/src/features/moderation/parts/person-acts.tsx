import type { Channel, User } from '@aerie/contract';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { MenuDivider, MenuItem } from '../../../ui/menu.tsx';
import { useOpenDirect } from '../../chat/parts/use-open-direct.ts';
import type { Sanctioning } from '../sanctioning.tsx';
import { useInForce } from '../use-in-force.ts';

interface PersonActsProps {
  user: User;
  /** The channel in which they are seen. */
  channel: Channel;
  onSanction: (what: Sanctioning) => void;
}

/** What an administrator may do about somebody in a channel: the entries of a menu, which exist only while it is open. */
export function PersonActs({ user, channel, onSanction }: PersonActsProps) {
  const { t } = useText();
  const act = useDo();
  const openDirect = useOpenDirect();
  const muted = useInForce(user.mutedUntil);
  const { userId, name } = user;
  const { channelId } = channel;
  const called = `#${channel.name}`;
  return (
    <>
      <MenuItem icon="rooms" onClick={() => void openDirect(userId)}>
        {t('person.write', { name })}
      </MenuItem>
      <MenuItem
        icon="close"
        onClick={() => void act('member.remove', { channelId, userId }, t('members.removed', { name, channel: called }))}
      >
        {t('members.removeFrom', { channel: called })}
      </MenuItem>
      {user.kind === 'person' && (
        <>
          <MenuDivider />
          {muted && (
            <MenuItem icon="check" onClick={() => void act('user.unmute', { userId }, t('sanction.unmuted', { name }))}>
              {t('sanction.unmute')}
            </MenuItem>
          )}
          <MenuItem icon="mute" onClick={() => onSanction({ act: 'mute', userId, name })}>
            {t(muted ? 'sanction.muteAgain' : 'sanction.mute')}
          </MenuItem>
          <MenuItem icon="kick" onClick={() => onSanction({ act: 'kick', userId, name })}>
            {t('sanction.kick')}
          </MenuItem>
          <MenuItem icon="ban" danger onClick={() => onSanction({ act: 'ban', userId, name })}>
            {t('sanction.ban')}
          </MenuItem>
        </>
      )}
    </>
  );
}
