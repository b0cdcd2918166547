import type { Channel, CommandOutput } from '@aerie/contract';
import { channelKey } from '@aerie/contract/names';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { channelSlug, isClosed } from '../../../app/channels.ts';
import { useLive } from '../../../app/context.ts';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Menu, MenuDivider, MenuItem } from '../../../ui/menu.tsx';
import { ChannelMembersDialog } from '../../chat/parts/channel-members-dialog.tsx';
import { ChannelSettingsDialog } from '../../chat/parts/channel-settings-dialog.tsx';
import { CreateChannelDialog } from '../../chat/parts/create-channel-dialog.tsx';
import { useChannels } from '../queries.ts';
import { FilterField } from './filter-field.tsx';
import { Listing } from './listing.tsx';
import styles from './table.module.css';

type Listed = CommandOutput<'channel.list'>['channels'][number];
type Open = { kind: 'create' } | { kind: 'settings' | 'members'; channel: Channel };

/** All channels, archived ones too: who may see them and write there, and who is in them. */
export function ChannelsTab() {
  const { t, compare } = useText();
  const channels = useChannels();
  const [typed, setTyped] = useState('');
  const [shown, setShown] = useState<'open' | 'archived' | 'all'>('open');
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);

  const found = (channels.data?.channels ?? [])
    .filter(channel => shown === 'all' || channel.archived === (shown === 'archived'))
    .filter(channel => channelKey(channel.name).includes(channelKey(typed.trim())))
    .sort((a, b) => Number(a.archived) - Number(b.archived) || compare(a.name, b.name));

  return (
    <>
      <div className={styles.bar}>
        <FilterField value={typed} label={t('browse.filter')} onType={setTyped} />
        <span className={styles.pick}>
          <select aria-label={t('channelsTab.show')} value={shown} onChange={event => setShown(event.target.value as typeof shown)}>
            <option value="open">{t('channelsTab.open')}</option>
            <option value="archived">{t('channelsTab.archived')}</option>
            <option value="all">{t('channelsTab.all')}</option>
          </select>
          <Icon name="chevron" />
        </span>
        <span className={styles.space} />
        <Button look="primary" icon="plus" onClick={() => setOpen({ kind: 'create' })}>
          {t('channels.create')}
        </Button>
      </div>
      <Listing
        query={channels}
        expect={6}
        headings={[t('channelsTab.channel'), t('channelsTab.members'), t('rights.see'), t('rights.post')]}
        blank={
          found.length === 0 ? (
            <Blank icon="hash" title={t(typed === '' && shown === 'archived' ? 'channelsTab.noneArchived' : 'browse.none')} />
          ) : undefined
        }
      >
        {found.map(channel => (
          <ChannelRow key={channel.channelId} channel={channel} onOpen={setOpen} />
        ))}
      </Listing>
      {open?.kind === 'create' && <CreateChannelDialog stay onClose={close} />}
      {open?.kind === 'settings' && <ChannelSettingsDialog channel={open.channel} onClose={close} />}
      {open?.kind === 'members' && <ChannelMembersDialog channel={open.channel} onClose={close} />}
    </>
  );
}

function ChannelRow({ channel, onOpen }: { channel: Listed; onOpen: (what: Open) => void }) {
  const { t } = useText();
  const act = useDo();
  const navigate = useNavigate();
  const isMine = useLive(state => state.channels.has(channel.channelId));
  const { channelId, archived } = channel;
  const called = `#${channel.name}`;
  return (
    <tr className={archived ? styles.off : undefined}>
      <td>
        <span className={styles.who}>
          <span className={styles.sign}>
            <Icon name={archived ? 'archive' : isClosed(channel) ? 'lock' : 'hash'} />
          </span>
          <span className={styles.words}>
            <span>
              {channel.name} {channel.kind === 'private' && <span className={styles.badge}>{t('channelsTab.private')}</span>}
              {archived && <span className={styles.badge}>{t('channelsTab.isArchived')}</span>}
            </span>
            {channel.topic && <span className={styles.about}>{channel.topic}</span>}
          </span>
        </span>
      </td>
      <td className={styles.soft}>{t('browse.members', { count: channel.members })}</td>
      <td className={styles.soft} data-label={t('table.label', { what: t('rights.see') })}>
        {channel.kind === 'private' ? t('create.private') : t(`rights.${channel.minRole}`)}
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('rights.post') })}>
        {t(`rights.${channel.postRole === 'viewer' ? 'member' : channel.postRole}`)}
      </td>
      <td className={styles.acts}>
        <Menu target={<IconButton icon="more" label={t('users.actsOf', { name: called })} />}>
          {isMine && (
            <MenuItem icon="rooms" onClick={() => void navigate({ to: '/c/$channel', params: { channel: channelSlug(channel) } })}>
              {t('browse.open')}
            </MenuItem>
          )}
          <MenuItem icon="people" onClick={() => onOpen({ kind: 'members', channel })}>
            {t('channel.members')}
          </MenuItem>
          <MenuItem icon="edit" onClick={() => onOpen({ kind: 'settings', channel })}>
            {t('channel.settings')}
          </MenuItem>
          <MenuDivider />
          {archived ? (
            <MenuItem
              icon="check"
              onClick={() => void act('channel.update', { channelId, archived: false }, t('channel.unarchived', { channel: called }))}
            >
              {t('channel.unarchive')}
            </MenuItem>
          ) : (
            <MenuItem
              icon="archive"
              danger
              onClick={() => void act('channel.update', { channelId, archived: true }, t('channel.archivedNow', { channel: called }))}
            >
              {t('channel.archive')}
            </MenuItem>
          )}
        </Menu>
      </td>
    </tr>
  );
}
