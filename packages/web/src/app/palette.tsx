import { atLeast } from '@aerie/contract/roles';
import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { tabsFor } from '../features/administration/tabs.ts';
import { useOpenDirect } from '../features/chat/parts/use-open-direct.ts';
import { isOngoing, worstFirst } from '../features/incidents/incident-list.ts';
import { useAcknowledge, useIncidents } from '../features/incidents/queries.ts';
import { incidentSentence } from '../features/incidents/sentences.ts';
import { usePlaces } from '../features/sites/places.ts';
import { severityShape } from '../features/sites/severity.ts';
import { useText } from '../i18n/use-text.tsx';
import { Avatar, PresenceMark } from '../ui/avatar.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { StateMark } from '../ui/state-mark.tsx';
import { useSay } from '../ui/toast.tsx';
import { useFocusBack } from '../ui/use-focus-back.ts';
import { channelName, channelSlug, isClosed } from './channels.ts';
import { useLive, useNester } from './context.ts';
import { replay } from './early-keys.ts';
import { fit } from './matching.ts';
import styles from './palette.module.css';
import { rooms, roomTitle } from './rooms.ts';
import { theme } from './theme.ts';
import { useFoundDevices } from './use-found-devices.ts';

interface Entry {
  id: string;
  group: 'channels' | 'sites' | 'incidents' | 'devices' | 'people' | 'actions';
  words: string;
  /** What else it is known by. */
  also?: string;
  mark: ReactNode;
  note?: string | undefined;
  /** Breaks ties: channels with mentions first, then unread ones. */
  weight: number;
  /** The server found it for what was typed: it fits, though its words may not show how. */
  found?: boolean;
  run: () => void;
}

const most = 40;
/** Of the incidents that nobody has, so many can be acknowledged from here. */
const mostActs = 8;
/** Below what begins with what was typed, above what only has its letters. */
const foundScore = 1.5;

/** How well what was typed fits the better of an entry's names. */
function bestFit(typed: string, { words, also }: Entry): number | undefined {
  const own = fit(typed, words);
  const other = also === undefined ? undefined : fit(typed, also);
  return own === undefined || other === undefined ? (own ?? other) : Math.max(own, other);
}

interface PaletteProps {
  typed: string;
  /** The keys that were struck before its field had the focus; it takes them out. */
  early: string[];
  onClose: () => void;
  onKeys: () => void;
}

/** Everything by name: channels, sites, the devices of the site that is open, people, actions. */
export function Palette({ typed: initial, early, onClose, onKeys }: PaletteProps) {
  const { t, compare, sentence } = useText();
  const say = useSay();
  useFocusBack();
  const navigate = useNavigate();
  const nester = useNester();
  const openDirect = useOpenDirect();
  const state = useLive(whole => whole);
  const places = usePlaces();
  const [typed, setTyped] = useState(initial);
  const [chosen, setChosen] = useState(0);
  const [entered, setEntered] = useState(false);
  const incidents = useIncidents().data;
  const acknowledge = useAcknowledge().mutate;
  const foundDevices = useFoundDevices(typed);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);

  const entries = useMemo<Entry[]>(() => {
    const channels: Entry[] = [...state.channels.values()]
      .filter(channel => channel.kind !== 'direct' && !channel.archived)
      .map(channel => ({
        id: `channel-${channel.channelId}`,
        group: 'channels',
        words: channelName(channel, state.users, state.me.userId),
        mark: <Icon name={isClosed(channel) ? 'lock' : 'hash'} />,
        note:
          channel.mentions > 0
            ? t('channels.mentions', { count: channel.mentions })
            : channel.unread > 0
              ? t('channels.unread', { count: channel.unread })
              : channel.topic,
        weight: channel.mentions > 0 ? 2 : Math.min(channel.unread, 1),
        run: () => void navigate({ to: '/c/$channel', params: { channel: channelSlug(channel) } }),
      }));
    const sites: Entry[] = places.sites.map(site => ({
      id: `site-${site.siteId}`,
      group: 'sites',
      words: site.name,
      also: site.code,
      mark: <StateMark shape={site.state} word={t(`site.state.${site.state}`)} silent />,
      note: site.code,
      weight: site.state === 'up' ? 0 : 1,
      run: () => void navigate({ to: '/sites/$code', params: { code: site.code } }),
    }));
    const ongoing = worstFirst((incidents ?? []).filter(isOngoing));
    const going: Entry[] = ongoing.map(incident => ({
      id: `incident-${incident.incidentId}`,
      group: 'incidents',
      words: incidentSentence(incident, t),
      also: `${incident.siteName} ${incident.siteCode}`,
      mark: <StateMark shape={severityShape[incident.severity]} word={t(`severity.${incident.severity}`)} silent />,
      note: incident.siteName,
      weight: incident.state === 'open' ? 1 : 0,
      run: () => void navigate({ to: '/incidents/$incidentId', params: { incidentId: incident.incidentId } }),
    }));
    const known = new Set(places.devices.map(({ device }) => device.deviceId));
    const elsewhere: Entry[] = foundDevices
      .filter(device => !known.has(device.deviceId))
      .map(device => ({
        id: `device-${device.deviceId}`,
        group: 'devices',
        words: device.label ?? device.hostname ?? device.address,
        mark: <Icon name="sites" />,
        note: [device.address, device.mac, device.siteName].filter(Boolean).join(' · '),
        weight: 0,
        found: true,
        run: () => void navigate({ to: '/sites/$code/devices/$deviceId', params: { code: device.siteCode, deviceId: device.deviceId } }),
      }));
    const devices: Entry[] = places.devices.map(({ device, site }) => ({
      id: `device-${device.deviceId}`,
      group: 'devices',
      words: device.label ?? device.hostname ?? device.address,
      also: [device.hostname, device.address, device.mac].filter(Boolean).join(' '),
      mark: <Icon name="sites" />,
      note: device.label || device.hostname ? device.address : (device.vendor ?? ''),
      weight: 0,
      run: () => void navigate({ to: '/sites/$code/devices/$deviceId', params: { code: site.code, deviceId: device.deviceId } }),
    }));
    const people: Entry[] = !atLeast(state.me.role, 'member')
      ? []
      : [...state.users.values()]
          .filter(user => !user.disabled && user.kind === 'person' && user.userId !== state.me.userId)
          .map(user => {
            const presence = state.presence.get(user.userId) ?? 'offline';
            return {
              id: `person-${user.userId}`,
              group: 'people',
              words: user.name,
              mark: <Avatar id={user.userId} name={user.name} size={20} />,
              note: t(`presence.${presence}`),
              weight: presence === 'offline' ? 0 : 1,
              run: () => void openDirect(user.userId),
            };
          });
    const act = (id: string, icon: IconName, words: string, run: () => void): Entry => ({
      id,
      group: 'actions',
      words,
      mark: <Icon name={icon} />,
      weight: 0,
      run,
    });
    const actions = [
      ...rooms
        .filter(room => atLeast(state.me.role, room.role))
        .map(room =>
          act(
            `room-${room.to}`,
            room.icon,
            t('palette.go', { place: t(roomTitle(room, state.me.role)) }),
            () => void navigate({ to: room.to }),
          ),
        ),
      ...tabsFor(state.me.role).map(tab =>
        act(`tab-${tab.to}`, 'shield', t('palette.go', { place: t(tab.title) }), () => void navigate({ to: tab.to })),
      ),
      ...(atLeast(state.me.role, 'technician')
        ? [
            act('wall', 'eye', t('palette.wall'), () => void navigate({ to: '/wall' })),
            act('test', 'bell', t('palette.test'), () => void navigate({ to: '/incidents', search: { do: 'test' } })),
            act(
              'maintenance',
              'gear',
              t('palette.maintenance'),
              () => void navigate({ to: '/admin/maintenance', search: { do: 'announce' } }),
            ),
            ...ongoing
              .filter(incident => incident.state === 'open')
              .slice(0, mostActs)
              .map(incident =>
                act(
                  `acknowledge-${incident.incidentId}`,
                  'check',
                  t('palette.acknowledge', { what: incidentSentence(incident, t), site: incident.siteName }),
                  () =>
                    acknowledge(incident.incidentId, {
                      onSuccess: () => say(t('incident.acknowledged')),
                      onError: error => say(sentence(error), 'bad'),
                    }),
                ),
              ),
          ]
        : []),
      act('me', 'gear', t('me.title'), () => void navigate({ to: '/me' })),
      act('light', 'eye', t('palette.light'), () => theme.set('light')),
      act('dark', 'eye', t('palette.dark'), () => theme.set('dark')),
      act('keys', 'keyboard', t('keys.title'), onKeys),
      act('leave', 'logout', t('leave'), () => void nester.leave()),
    ];
    return [...channels, ...sites, ...going, ...devices, ...elsewhere, ...people, ...actions];
  }, [state, places, incidents, foundDevices, acknowledge, say, sentence, t, navigate, openDirect, onKeys, nester]);

  const found = useMemo(() => {
    const only = typed.startsWith('@') ? 'people' : typed.startsWith('#') ? 'channels' : typed.startsWith('>') ? 'actions' : undefined;
    const wanted = only ? typed.slice(1) : typed;
    const fitting = entries.flatMap(entry => {
      const fits = bestFit(wanted, entry) ?? (entry.found ? foundScore : undefined);
      const score = only && entry.group !== only ? undefined : fits;
      return score === undefined ? [] : [{ entry, score }];
    });
    const groups = ['channels', 'sites', 'incidents', 'devices', 'people', 'actions'];
    fitting.sort(
      (a, b) =>
        (wanted ? b.score - a.score : groups.indexOf(a.entry.group) - groups.indexOf(b.entry.group)) ||
        b.entry.weight - a.entry.weight ||
        compare(a.entry.words, b.entry.words),
    );
    return fitting.slice(0, most).map(each => each.entry);
  }, [entries, typed, compare]);

  const at = Math.min(chosen, found.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const takeEarly = () => {
    if (early.length === 0) return;
    const struck = replay(early.splice(0), typed);
    setTyped(struck.text);
    setChosen(struck.row);
    setEntered(struck.entered);
  };
  useEffect(() => {
    if (!entered) return;
    setEntered(false);
    run(found[at]);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setChosen((at + 1) % Math.max(1, found.length));
    else if (event.key === 'ArrowUp') setChosen((at - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Modal.Root
      opened
      onClose={onClose}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={{ inner: styles.inner!, content: styles.palette! }}
    >
      <Modal.Overlay className={styles.veil!} onClick={onClose} />
      <Modal.Content aria-label={t('palette.title')}>
        <div className={styles.field}>
          <Icon name="search" />
          <input
            value={typed}
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
            aria-label={t('palette.title')}
            placeholder={t(places.sites.length > 0 ? 'palette.sitePlaceholder' : 'palette.placeholder')}
            autoComplete="off"
            spellCheck={false}
            onChange={event => {
              setTyped(event.target.value);
              setChosen(0);
            }}
            onKeyDown={onKeyDown}
            onFocus={takeEarly}
            data-autofocus
            data-palette
          />
        </div>
        <div ref={list} id={listId} role="listbox" aria-label={t('palette.title')} className={styles.list}>
          {found.map((entry, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, as the pattern of a combobox asks
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
            <div
              key={entry.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === at}
              className={styles.entry}
              onPointerMove={() => setChosen(index)}
              onClick={() => run(entry)}
            >
              <span className={styles.mark}>{entry.mark}</span>
              <span className={styles.words}>{entry.words}</span>
              {entry.note && <span className={styles.note}>{entry.note}</span>}
              {entry.group === 'people' && (
                <PresenceMark state={state.presence.get(entry.id.slice('person-'.length)) ?? 'offline'} silent />
              )}
            </div>
          ))}
        </div>
        {found.length === 0 && <p className={styles.none}>{t('palette.none')}</p>}
      </Modal.Content>
    </Modal.Root>
  );
}
