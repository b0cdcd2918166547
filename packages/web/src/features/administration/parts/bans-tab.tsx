import type { Sanction } from '@aerie/contract';
import { useState } from 'react';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { MoreRows } from '../../../ui/more-rows.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSanctioning } from '../../moderation/sanctioning.tsx';
import { useInForce } from '../../moderation/use-in-force.ts';
import { actorWords } from '../audit-words.ts';
import { useSanctions } from '../queries.ts';
import { Listing } from './listing.tsx';
import styles from './table.module.css';

/** Mutes and bans, of accounts and of addresses: those that run, or all there ever were. */
export function BansTab() {
  const { t } = useText();
  const [all, setAll] = useState(false);
  const sanctions = useSanctions(all);
  const { sanction, dialog } = useSanctioning();
  const list = sanctions.data?.pages.flatMap(page => page.sanctions) ?? [];
  return (
    <>
      <div className={styles.bar}>
        <span className={styles.pick}>
          <select aria-label={t('bans.show')} value={all ? 'all' : 'running'} onChange={event => setAll(event.target.value === 'all')}>
            <option value="running">{t('bans.running')}</option>
            <option value="all">{t('bans.all')}</option>
          </select>
          <Icon name="chevron" />
        </span>
        <span className={styles.space} />
        <Button icon="ban" onClick={() => sanction({ act: 'banAddress', address: '' })}>
          {t('sanction.banAddress')}
        </Button>
      </div>
      <Listing
        query={sanctions}
        expect={5}
        headings={[t('bans.who'), t('bans.what'), t('bans.end'), t('bans.reason'), t('bans.by')]}
        blank={
          list.length === 0 ? (
            <Blank icon="ban" title={t(all ? 'bans.none' : 'bans.noneRunning')}>
              {t('bans.noneText')}
            </Blank>
          ) : undefined
        }
      >
        {list.map(each => (
          <SanctionRow key={each.sanctionId} sanction={each} />
        ))}
      </Listing>
      {sanctions.hasNextPage && <MoreRows key={list.length} onReach={() => void sanctions.fetchNextPage()} />}
      {dialog}
    </>
  );
}

function SanctionRow({ sanction }: { sanction: Sanction }) {
  const { t } = useText();
  const act = useDo();
  const runs = useInForce(sanction.liftedAt === null ? sanction.until : undefined);
  const { userId, network, name, kind, reason } = sanction;
  const lift = () => {
    if (network !== null) void act('address.unban', { address: network }, t('sanction.unbanned', { name: network }));
    else if (userId !== null && kind === 'mute') void act('user.unmute', { userId }, t('sanction.unmuted', { name }));
    else if (userId !== null) void act('user.unban', { userId }, t('sanction.unbanned', { name }));
  };
  return (
    <tr className={runs ? undefined : styles.off}>
      <td>
        <span className={styles.who}>
          {network === null ? (
            <Avatar id={userId ?? name} name={name} size={24} />
          ) : (
            <span className={styles.sign}>
              <Icon name="wire" />
            </span>
          )}
          <span className={network === null ? undefined : styles.mono}>{network ?? name}</span>
        </span>
      </td>
      <td>
        <span className={styles.state} data-look={runs ? (kind === 'ban' ? 'bad' : 'warn') : undefined}>
          <Icon name={kind === 'ban' ? 'ban' : 'mute'} />
          {t(`bans.${kind}`)}
        </span>
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('bans.end') })}>
        {sanction.liftedAt !== null ? (
          <>
            {t('bans.lifted')} <Moment at={sanction.liftedAt} />
          </>
        ) : (
          <Moment at={sanction.until} as={runs ? 'until' : 'ago'} />
        )}
      </td>
      <td className={styles.wraps}>{reason === '' ? <span className={styles.soft}>–</span> : reason}</td>
      <td className={styles.soft} data-label={t('table.label', { what: t('bans.by') })}>
        {actorWords(sanction.createdBy, t)}, <Moment at={sanction.createdAt} />
      </td>
      <td className={styles.acts}>
        {runs && (
          <Button look="quiet" onClick={lift}>
            {t('bans.lift')}
          </Button>
        )}
      </td>
    </tr>
  );
}
