import type { ReactNode } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import styles from './table.module.css';

interface ListingProps {
  query: { isPending: boolean; isError: boolean; error: Error | null; refetch(): unknown };
  /** How many rows to expect, while they are on their way. */
  expect?: number;
  /** What to show where there is nothing to list; undefined when there is. */
  blank: ReactNode | undefined;
  /** The headings; a column of menus comes after them. */
  headings: readonly string[];
  /** The rows. */
  children: ReactNode;
}

/** One table of administration in all its states: on its way, failed, empty, there. */
export function Listing({ query, expect = 6, blank, headings, children }: ListingProps) {
  const { t } = useText();
  if (query.isPending) return <SkeletonRows count={expect} />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (blank !== undefined) return blank;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          {headings.map(heading => (
            <th key={heading} scope="col">
              {heading}
            </th>
          ))}
          <th scope="col">
            <span className="hidden-text">{t('users.acts')}</span>
          </th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
