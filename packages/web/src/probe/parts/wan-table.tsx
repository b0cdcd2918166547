import type { DashboardWan } from '@aerie/contract/dashboard';
import { useWords } from '../words.tsx';
import styles from './cards.module.css';

const roles = ['gateway', 'provider', 'internet'] as const;

/** What the last measure gave, from the near to the far: where answers end, the fault begins. */
export function WanTable({ targets }: { targets: DashboardWan['targets'] }) {
  const { t, figures } = useWords();
  const { latency, percent } = figures;
  const far = (role: (typeof roles)[number] = 'internet') => roles.indexOf(role);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('wan.target')}</th>
          <th scope="col">{t('wan.latency')}</th>
          <th scope="col">{t('wan.lossShort')}</th>
        </tr>
      </thead>
      <tbody>
        {targets
          .toSorted((a, b) => far(a.role) - far(b.role))
          .map(each => (
            <tr key={each.target}>
              <td>
                <span className={styles.mono}>{each.target}</span>{' '}
                {each.role && <span className={styles.faint}> {t(`role.${each.role}`)}</span>}
              </td>
              <td
                title={
                  each.minMs !== null && each.maxMs !== null
                    ? t('wan.range', { low: latency(each.minMs), high: latency(each.maxMs) })
                    : undefined
                }
              >
                {each.medianMs === null ? <span className={styles.warn}>{t('wan.noAnswer')}</span> : latency(each.medianMs)}
              </td>
              <td className={each.received < each.sent ? styles.warn : undefined}>
                {each.sent > 0 ? percent(1 - each.received / each.sent) : '–'}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
