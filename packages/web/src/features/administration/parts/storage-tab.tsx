import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { bytesWords } from '../bytes.ts';
import { useStorage } from '../notify-queries.ts';
import styles from './storage-tab.module.css';

const year = 365 * 86_400_000;

/** Some days more than a year are a year. */
function inWhole(ms: number): number {
  return ms >= year ? Math.round(ms / year) * year : ms;
}

/** What Nester keeps: how much of it, since when, and for how long. */
export function StorageTab() {
  const { t, times, language } = useText();
  const figures = useFigures();
  const storage = useStorage();
  if (storage.isPending) return <SkeletonRows count={8} />;
  if (storage.isError) return <Failed error={storage.error} retry={() => void storage.refetch()} />;
  const { databaseBytes, kinds } = storage.data;
  const greatest = Math.max(1, ...kinds.map(kind => kind.bytes ?? 0));
  const rows = new Intl.NumberFormat(language);
  return (
    <div className={styles.page}>
      <p className={styles.total}>
        <strong>{bytesWords(databaseBytes, language)}</strong> {t('storage.total')}
      </p>
      <p className={styles.text}>{t('storage.text')}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('storage.what')}</th>
            <th scope="col" className={styles.number}>
              {t('storage.rows')}
            </th>
            <th scope="col" className={styles.number}>
              {t('storage.size')}
            </th>
            <th scope="col" className={styles.bars}>
              <span className="hidden-text">{t('storage.share')}</span>
            </th>
            <th scope="col">{t('storage.since')}</th>
            <th scope="col">{t('storage.kept')}</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ kind, rows: count, bytes, oldestAt, keptMs }) => (
            <tr key={kind}>
              <th scope="row">{t(`storage.kind.${kind}`)}</th>
              <td className={styles.number} data-label={t('table.label', { what: t('storage.rows') })}>
                {rows.format(count)}
              </td>
              <td className={styles.number}>{bytes === null ? t('storage.unknown') : bytesWords(bytes, language)}</td>
              <td className={styles.bars} aria-hidden="true">
                {bytes !== null && bytes > 0 && <span style={{ width: `${Math.max(1, (bytes / greatest) * 100)}%` }} />}
              </td>
              <td className={styles.soft} data-label={t('table.label', { what: t('storage.since') })}>
                {oldestAt === null ? '–' : times.dayYear(oldestAt)}
              </td>
              <td className={styles.soft} data-label={t('table.label', { what: t('storage.kept') })}>
                {keptMs === null ? t('storage.forEver') : figures.length(inWhole(keptMs))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
