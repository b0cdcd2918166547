import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useAudit } from '../queries.ts';
import styles from './table.module.css';

/** Who did what in administration, newest first. */
export function AuditTab() {
  const { t } = useText();
  const audit = useAudit();
  if (audit.isPending) return <SkeletonRows count={8} />;
  if (audit.isError) return <Failed error={audit.error} retry={() => void audit.refetch()} />;
  const records = audit.data.pages.flatMap(page => page.records);
  if (records.length === 0) {
    return (
      <Blank icon="history" title={t('audit.none')}>
        {t('audit.noneText')}
      </Blank>
    );
  }
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('audit.when')}</th>
            <th scope="col">{t('audit.who')}</th>
            <th scope="col">{t('audit.what')}</th>
            <th scope="col">{t('audit.subject')}</th>
            <th scope="col">{t('audit.from')}</th>
          </tr>
        </thead>
        <tbody>
          {records.map(record => (
            <tr key={record.auditId}>
              <td className={styles.soft}>
                <Moment at={record.at} />
              </td>
              <td>{record.actor}</td>
              <td className={styles.mono}>{record.action}</td>
              <td>
                {record.subject} <span className={styles.detail}>{detailWords(record.detail)}</span>
              </td>
              <td className={`${styles.soft} ${styles.mono}`}>
                {record.address} {record.door}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {audit.hasNextPage && (
        <div className={styles.more}>
          <Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {t('audit.older')}
          </Button>
        </div>
      )}
    </>
  );
}

/** A record's detail as "role: admin, days: 7", without ids that nobody reads; what is no object stands as it is. */
function detailWords(detail: string): string {
  try {
    const value: unknown = JSON.parse(detail);
    if (typeof value !== 'object' || value === null) return String(value ?? '');
    return Object.entries(value)
      .filter(([key]) => !key.endsWith('Id'))
      .map(([key, each]) => `${key}: ${typeof each === 'object' ? JSON.stringify(each) : String(each)}`)
      .join(', ');
  } catch {
    return detail;
  }
}
