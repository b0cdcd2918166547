import { useNavigate } from '@tanstack/react-router';
import { useText } from '../i18n/use-text.tsx';
import { Avatar, PresenceMark } from '../ui/avatar.tsx';
import { Menu, MenuChoice, MenuDivider, MenuItem, MenuLabel } from '../ui/menu.tsx';
import { useSay } from '../ui/toast.tsx';
import { useMe, useNester } from './context.ts';
import styles from './me-menu.module.css';
import { useStore } from './store.ts';
import { choosePresence, ownPresence } from './use-own-presence.ts';

const choices = ['online', 'away', 'dnd', 'invisible'] as const;

/** Oneself at the foot of the rail: presence, settings, log out. */
export function MeMenu({ onKeys }: { onKeys: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const nester = useNester();
  const me = useMe();
  const chosen = useStore(ownPresence);
  const seen = chosen === 'invisible' ? 'offline' : chosen;
  return (
    <Menu
      up
      target={
        <button type="button" className={styles.me} aria-label={t('me.menu', { name: me.name })} title={me.name}>
          <Avatar id={me.userId} name={me.name} />
          <span className={styles.presence}>
            <PresenceMark state={seen} silent />
          </span>
        </button>
      }
    >
      <MenuLabel>{me.name}</MenuLabel>
      <MenuChoice
        value={chosen}
        onChange={choosePresence}
        options={choices.map(choice => ({
          value: choice,
          label: (
            <>
              <PresenceMark state={choice === 'invisible' ? 'offline' : choice} silent />
              {t(`presence.${choice}`)}
            </>
          ),
        }))}
      />
      <MenuDivider />
      <MenuItem icon="gear" onClick={() => void navigate({ to: '/me' })}>
        {t('me.title')}
      </MenuItem>
      <MenuItem icon="keyboard" onClick={onKeys}>
        {t('keys.title')}
      </MenuItem>
      <MenuItem icon="logout" onClick={() => void nester.leave().catch(error => say(sentence(error), 'bad'))}>
        {t('leave')}
      </MenuItem>
    </Menu>
  );
}
