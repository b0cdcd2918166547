import type { Maintenance } from '@aerie/contract';
import { sameDay } from '../../../i18n/times.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { useNow } from '../../../ui/time.tsx';
import { isUnderWay } from '../under-way.ts';
import styles from './one-site.module.css';

/** When maintenance is, on one's own clock, and on the site's where that is another. */
export function MaintenanceWhen({ maintenance, zone }: { maintenance: Maintenance; zone: string }) {
  const { t, times } = useText();
  const now = useNow();
  const { next, times: announced } = maintenance;
  if (next === null) return <span className={styles.faint}>{t('maintenance.over')}</span>;
  const running = isUnderWay(maintenance, now);
  const when = running
    ? t('maintenance.until', { when: times.near(next.to, now) })
    : t('maintenance.fromTo', {
        from: times.near(next.from, now),
        to: sameDay(next.from, next.to) ? times.clock(next.to) : times.near(next.to, now),
      });
  const elsewhere = zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <span className={styles.faint} title={`${times.absolute(next.from)} – ${times.absolute(next.to)}`}>
      {when}
      {elsewhere && ` · ${t('maintenance.there', { from: times.clockIn(next.from, zone), to: times.clockIn(next.to, zone), zone })}`}
      {'weekly' in announced && ` · ${t('maintenance.weekly', { days: announced.weekly.days.map(day => times.weekday(day)).join(', ') })}`}
    </span>
  );
}
