import type { Site } from '@aerie/contract';
import { useMemo, useState } from 'react';
import { plain } from '../../../app/matching.ts';
import { useText } from '../../../i18n/use-text.tsx';
import styles from './site-picker.module.css';

/** Of thousands, so many are offered at once; what is typed finds the others. */
const most = 60;

interface SitePickerProps {
  label: string;
  sites: readonly Site[];
  siteIds: readonly string[];
  onSites: (siteIds: string[]) => void;
  /** Groups may be chosen too: they take in the sites that join them later. */
  groups?: readonly string[];
  onGroups?: (groups: string[]) => void;
}

/** Some sites of many, and some groups, ticked in a list that can be searched. */
export function SitePicker({ label, sites, siteIds, onSites, groups = [], onGroups }: SitePickerProps) {
  const { t, compare } = useText();
  const [typed, setTyped] = useState('');
  const known = useMemo(() => [...new Set(sites.map(site => site.group))].filter(Boolean).sort(compare), [sites, compare]);
  const sorted = useMemo(() => sites.toSorted((a, b) => compare(a.name, b.name)), [sites, compare]);
  const wanted = plain(typed.trim());
  // What is ticked stays in sight, so that it can be unticked.
  const chosen = new Set(siteIds);
  const found = sorted.filter(site => plain(`${site.name} ${site.code} ${site.group}`).includes(wanted));
  const shown = [...found.filter(site => chosen.has(site.siteId)), ...found.filter(site => !chosen.has(site.siteId))].slice(0, most);
  const toggle = (list: readonly string[], value: string, on: boolean) => (on ? [...list, value] : list.filter(each => each !== value));
  return (
    <fieldset className={styles.picker}>
      <legend>{label}</legend>
      <input
        type="search"
        className={styles.search}
        value={typed}
        placeholder={t('pick.search')}
        aria-label={t('pick.search')}
        onChange={event => setTyped(event.target.value)}
      />
      <div className={styles.list}>
        {onGroups &&
          known
            .filter(group => plain(group).includes(wanted))
            .map(group => (
              <label key={`group ${group}`}>
                <input
                  type="checkbox"
                  checked={groups.includes(group)}
                  onChange={event => onGroups(toggle(groups, group, event.target.checked))}
                />
                <span>{t('pick.group', { group })}</span>
              </label>
            ))}
        {shown.map(site => (
          <label key={site.siteId}>
            <input
              type="checkbox"
              checked={chosen.has(site.siteId)}
              onChange={event => onSites(toggle(siteIds, site.siteId, event.target.checked))}
            />
            <span>{site.name}</span>
            <span className={styles.code}>{site.code}</span>
          </label>
        ))}
        {found.length === 0 && <p className={styles.none}>{t('pick.none')}</p>}
        {found.length > shown.length && <p className={styles.none}>{t('pick.more', { count: found.length - shown.length })}</p>}
      </div>
      <p className={styles.count} role="status">
        {t('pick.count', { count: siteIds.length })}
      </p>
    </fieldset>
  );
}
