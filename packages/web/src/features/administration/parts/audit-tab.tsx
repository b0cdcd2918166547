import type { AuditRecord } from '@aerie/contract';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { memo, useEffect, useState } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { MoreRows } from '../../../ui/more-rows.tsx';
import { Moment } from '../../../ui/time.tsx';
import { actorWords, actWords, detailWords, subjectWords } from '../audit-words.ts';
import { dayStart } from '../days.ts';
import { useAudit } from '../queries.ts';
import { DayField } from './day-field.tsx';
import { FilterField } from './filter-field.tsx';
import styles from './table.module.css';

/** Letters in a row are one question. */
const typingMs = 250;

/** Who did what in administration, newest first; what is looked for stands in the address. */
export function AuditTab() {
  const { t } = useText();
  const navigate = useNavigate();
  const question = useSearch({ from: '/admin/audit' });
  const { search = '', from, to } = question;
  const [typed, setTyped] = useState(search);
  const audit = useAudit({ search: search || undefined, from: dayStart(from), to: dayStart(to, 1) });

  const ask = (next: Partial<typeof question>) =>
    void navigate({ to: '/admin/audit', search: before => ({ ...before, ...next }), replace: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing asks; an address that changes by itself (back) is taken over below
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === search) return;
    const timer = setTimeout(() => ask({ search: wanted || undefined }), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);

  const records = audit.data?.pages.flatMap(page => page.records) ?? [];
  const asked = search !== '' || from !== undefined || to !== undefined;
  return (
    <>
      <search className={styles.bar}>
        <FilterField value={typed} label={t('audit.search')} onType={setTyped} />
        <DayField label={t('audit.since')} value={from} onChange={day => ask({ from: day })} />
        <DayField label={t('audit.until')} value={to} onChange={day => ask({ to: day })} />
      </search>
      {audit.isPending ? (
        <SkeletonRows count={8} />
      ) : audit.isError ? (
        <Failed error={audit.error} retry={() => void audit.refetch()} />
      ) : records.length === 0 ? (
        <Blank icon="history" title={t(asked ? 'audit.noMatch' : 'audit.none')}>
          {t(asked ? 'audit.noMatchText' : 'audit.noneText')}
        </Blank>
      ) : (
        <table className={styles.table} aria-busy={audit.isPlaceholderData}>
          <thead>
            <tr>
              <th scope="col">{t('audit.what')}</th>
              <th scope="col">{t('audit.subject')}</th>
              <th scope="col">{t('audit.who')}</th>
              <th scope="col">{t('audit.when')}</th>
              <th scope="col">{t('audit.from')}</th>
            </tr>
          </thead>
          <tbody>
            {records.map(record => (
              <AuditRow key={record.auditId} record={record} />
            ))}
          </tbody>
        </table>
      )}
      {audit.hasNextPage && <MoreRows key={records.length} onReach={() => !audit.isFetching && void audit.fetchNextPage()} />}
    </>
  );
}

const AuditRow = memo(function AuditRow({ record }: { record: AuditRecord }) {
  const { t, times } = useText();
  const figures = useFigures();
  const detail = detailWords(record.detail, { t, times, figures });
  return (
    <tr>
      <td title={record.action}>
        <span className={styles.strong}>{actWords(record.action, t)}</span>
      </td>
      <td className={styles.wraps}>
        {subjectWords(record, t)} {detail !== '' && <span className={styles.detail}>· {detail}</span>}
      </td>
      <td className={styles.soft}>{actorWords(record.actor, t)}</td>
      <td className={styles.soft}>
        <Moment at={record.at} />
      </td>
      <td className={styles.soft}>
        <span className={styles.mono}>{record.address}</span> {record.door}
      </td>
    </tr>
  );
});
