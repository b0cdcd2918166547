import type { LiveConnectionRecord } from '@aerie/contract';
import { useState } from 'react';
import { plain } from '../../../app/matching.ts';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { MoreRows } from '../../../ui/more-rows.tsx';
import { Moment } from '../../../ui/time.tsx';
import { agentWords } from '../../me/agent.ts';
import { useSanctioning } from '../../moderation/sanctioning.tsx';
import { useLiveConnections } from '../queries.ts';
import { FilterField } from './filter-field.tsx';
import { Listing } from './listing.tsx';
import styles from './table.module.css';

const pageRows = 100;

const doors = ['ws', 'tcp', 'local'] as const;
type Door = (typeof doors)[number] | 'other';

function doorOf({ door }: LiveConnectionRecord): Door {
  return doors.find(each => each === door) ?? 'other';
}

/** Who is connected just now, through which door and from where; it keeps itself up to date. */
export function ConnectionsTab() {
  const { t, compare } = useText();
  const connections = useLiveConnections();
  const act = useDo();
  const { sanction, dialog } = useSanctioning();
  const [typed, setTyped] = useState('');
  const [shown, setShown] = useState<'all' | Door>('all');
  const [most, setMost] = useState(pageRows);

  const all = connections.data?.connections ?? [];
  const wanted = plain(typed.trim());
  const found = all
    .filter(each => shown === 'all' || doorOf(each) === shown)
    .filter(each => [each.name, each.address, each.agent].some(words => plain(words).includes(wanted)))
    .sort((a, b) => compare(doorOf(a), doorOf(b)) || b.since - a.since);

  return (
    <>
      <div className={styles.bar}>
        <FilterField value={typed} label={t('connections.filter')} onType={setTyped} />
        <span className={styles.pick}>
          <select aria-label={t('connections.door')} value={shown} onChange={event => setShown(event.target.value as typeof shown)}>
            <option value="all">{t('connections.allDoors')}</option>
            {doors.map(door => (
              <option key={door} value={door}>
                {t(`connections.door.${door}`)}
              </option>
            ))}
          </select>
          <Icon name="chevron" />
        </span>
        {connections.data && <span className={styles.count}>{t('connections.count', { count: found.length })}</span>}
      </div>
      <Listing
        query={connections}
        expect={6}
        headings={[t('connections.who'), t('connections.door'), t('connections.address'), t('connections.client'), t('connections.since')]}
        blank={found.length === 0 ? <Blank icon="wire" title={t('connections.none')} /> : undefined}
      >
        {found.slice(0, most).map(each => (
          <tr key={each.connectionId}>
            <td>
              <Who connection={each} />
            </td>
            <td className={styles.soft}>
              {t(`connections.door.${doorOf(each)}`)}
              {each.dialect === 'classcord' && ` · ${t('connections.oldWire')}`}
            </td>
            <td className={styles.soft}>
              <span className={styles.mono}>{each.address}</span>
            </td>
            <td className={styles.soft} title={each.agent}>
              {agentWords(each.agent) ?? '–'}
            </td>
            <td className={styles.soft} data-label={t('table.label', { what: t('connections.since') })}>
              <Moment at={each.since} />
            </td>
            <td className={styles.acts}>
              {each.current ? (
                <span className={styles.here}>{t('connections.thisOne')}</span>
              ) : (
                <Menu
                  target={
                    <IconButton icon="more" label={t('users.actsOf', { name: each.name || each.address || t('connections.anyone') })} />
                  }
                >
                  <MenuItem
                    icon="close"
                    onClick={() => void act('connection.close', { connectionId: each.connectionId }, t('connections.closed'))}
                  >
                    {t('connections.close')}
                  </MenuItem>
                  {each.who === 'user' && each.userId && (
                    <MenuItem icon="kick" onClick={() => sanction({ act: 'kick', userId: each.userId!, name: each.name })}>
                      {t('sanction.kick')}
                    </MenuItem>
                  )}
                  {each.address !== '' && (
                    <MenuItem icon="ban" danger onClick={() => sanction({ act: 'banAddress', address: each.address })}>
                      {t('sanction.banThisAddress')}
                    </MenuItem>
                  )}
                </Menu>
              )}
            </td>
          </tr>
        ))}
      </Listing>
      {found.length > most && <MoreRows key={most} onReach={() => setMost(most + pageRows)} />}
      {dialog}
    </>
  );
}

function Who({ connection }: { connection: LiveConnectionRecord }) {
  const { t } = useText();
  const { who, userId, name } = connection;
  switch (who) {
    case 'user':
      return (
        <span className={styles.who}>
          <Avatar id={userId ?? name} name={name} size={24} />
          {name}
        </span>
      );
    case 'guest':
    case 'probe':
      return (
        <span className={styles.who}>
          <span className={styles.sign}>
            <Icon name={who === 'probe' ? 'sites' : 'people'} />
          </span>
          <span>
            {name} <span className={styles.badge}>{t(who === 'probe' ? 'connections.probe' : 'person.guest')}</span>
          </span>
        </span>
      );
    case 'anyone':
      return (
        <span className={styles.who}>
          <span className={styles.sign}>
            <Icon name="wire" />
          </span>
          <span className={styles.soft}>{t('connections.anyone')}</span>
        </span>
      );
  }
}
