import type { Maintenance, Site } from '@aerie/contract';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSites } from '../../sites/queries.ts';
import { isUnderWay } from '../../sites/under-way.ts';
import { useAllMaintenance } from '../notify-queries.ts';
import { AnnounceDialog } from './announce-dialog.tsx';
import tabs from './choice-row.module.css';
import { Listing } from './listing.tsx';
import styles from './table.module.css';

/** Maintenance of all sites: under way, to come, over. */
export function MaintenanceTab() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ from: '/admin/maintenance' });
  const [past, setPast] = useState(false);
  const announced = useAllMaintenance(past);
  const sites = useSites().data?.sites ?? [];
  const announce = (open: boolean) => void navigate({ to: '/admin/maintenance', search: open ? { do: 'announce' } : {}, replace: true });
  const button = (
    <Button look="primary" icon="plus" onClick={() => announce(true)}>
      {t('maintenance.announce')}
    </Button>
  );
  return (
    <>
      <div className={styles.bar}>
        <fieldset className={tabs.row} aria-label={t('maintenance.when')}>
          <button type="button" aria-pressed={!past} onClick={() => setPast(false)}>
            {t('maintenance.coming')}
          </button>
          <button type="button" aria-pressed={past} onClick={() => setPast(true)}>
            {t('maintenance.withPast')}
          </button>
        </fieldset>
        <span className={styles.space} />
        {button}
      </div>
      <Listing
        query={announced}
        expect={3}
        headings={[t('maintenance.what'), t('maintenance.when'), t('maintenance.where'), t('maintenance.who')]}
        blank={
          announced.data?.length === 0 ? (
            <Blank icon="gear" title={t('maintenance.none')} action={button}>
              {t('maintenance.text')}
            </Blank>
          ) : undefined
        }
      >
        {announced.data?.map(each => (
          <MaintenanceRow key={each.maintenanceId} maintenance={each} sites={sites} />
        ))}
      </Listing>
      {search.do === 'announce' && <AnnounceDialog sites={sites} onClose={() => announce(false)} />}
    </>
  );
}

function MaintenanceRow({ maintenance, sites }: { maintenance: Maintenance; sites: readonly Site[] }) {
  const { t, times, list } = useText();
  const act = useDo();
  const now = useNow();
  const { maintenanceId, title, next, siteIds, times: announced } = maintenance;
  const running = isUnderWay(maintenance, now);
  const named = siteIds?.map(siteId => sites.find(site => site.siteId === siteId)) ?? [];
  const zones = new Set(named.map(site => site?.zone));
  const zone = zones.size === 1 ? named[0]?.zone : undefined;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // A time on the site’s clocks is said as it was typed, whatever the clocks here show then.
  const local = (moment: string) => times.near(Date.parse(moment), now);
  const words =
    'once' in announced
      ? t('maintenance.local', { from: local(announced.once.from), to: local(announced.once.to) })
      : t('maintenance.localWeekly', {
          days: list(announced.weekly.days.map(day => times.weekday(day))),
          from: announced.weekly.from,
          to: announced.weekly.to,
        });
  return (
    <tr className={next === null ? styles.off : undefined}>
      <td>
        <StateMark shape="maintenance" word={title} />
      </td>
      <td>
        <span className={styles.words}>
          <span title={next ? `${times.absolute(next.from)} – ${times.absolute(next.to)}` : undefined}>
            {next === null
              ? t('maintenance.over')
              : running
                ? t('maintenance.until', { when: times.near(next.to, now) })
                : t('maintenance.fromTo', { from: times.near(next.from, now), to: times.near(next.to, now) })}
          </span>
          {(zone !== own || 'weekly' in announced) && (
            <span className={styles.about}>
              {words} · {zone ?? t('maintenance.eachZone')}
            </span>
          )}
        </span>
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('maintenance.where') })}>
        {siteIds === null
          ? t('maintenance.everywhere')
          : named.length > 3
            ? t('maintenance.sites', { count: named.length })
            : list(named.map(site => site?.name ?? '…'))}
      </td>
      <td className={styles.soft}>{maintenance.createdBy}</td>
      <td className={styles.acts}>
        {next !== null && (
          <Button look="quiet" onClick={() => void act('maintenance.end', { maintenanceId }, t('maintenance.ended'))}>
            {t(running ? 'maintenance.end' : 'maintenance.callOff')}
          </Button>
        )}
      </td>
    </tr>
  );
}
