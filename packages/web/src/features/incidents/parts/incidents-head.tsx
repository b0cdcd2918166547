import type { Site } from '@aerie/contract';
import { centre } from '@aerie/contract/centre';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { exportAddress } from '../../administration/export-address.ts';
import { centreSearch, type IncidentsSearch, incidentRules, incidentStates, placeIdOf, severities } from '../addresses.ts';
import styles from '../page.module.css';

interface IncidentsHeadProps {
  search: IncidentsSearch;
  sites: readonly Site[];
  ask: (next: IncidentsSearch) => void;
  onTest: () => void;
}

/** Which incidents are shown; what is chosen stands in the address. */
export function IncidentsHead({ search, sites, ask, onTest }: IncidentsHeadProps) {
  const { t, language, compare } = useText();
  const set = <K extends keyof IncidentsSearch>(field: K, value: string) => {
    const { [field]: _, ...others } = search;
    ask(value === '' ? others : { ...others, [field]: value });
  };
  const { mine: _, ...notMine } = search;
  const siteId = placeIdOf(sites, search.site);
  return (
    <header className={styles.head}>
      <h1>{t('rooms.incidents')}</h1>
      <search className={styles.filters}>
        <Choose
          label={t('incidents.filter.state')}
          value={search.state}
          onChoose={value => set('state', value)}
          all={t('incidents.filter.all')}
        >
          {incidentStates.map(each => (
            <option key={each} value={each}>
              {t(`incidents.filter.${each}`)}
            </option>
          ))}
        </Choose>
        <Choose
          label={t('incidents.filter.site')}
          value={search.site}
          onChoose={value => set('site', value)}
          all={t('incidents.filter.sites')}
        >
          {sites
            .toSorted((a, b) => compare(a.name, b.name))
            .map(each => (
              <option key={each.siteId} value={each.code}>
                {each.name}
              </option>
            ))}
          <option value={centreSearch}>{t('incidents.filter.centre', { name: centre.name })}</option>
        </Choose>
        <Choose
          label={t('incidents.filter.rule')}
          value={search.rule}
          onChoose={value => set('rule', value)}
          all={t('incidents.filter.rules')}
        >
          {incidentRules.map(each => (
            <option key={each} value={each}>
              {t(`rule.${each}`)}
            </option>
          ))}
        </Choose>
        <Choose
          label={t('incidents.filter.severity')}
          value={search.severity}
          onChoose={value => set('severity', value)}
          all={t('incidents.filter.severities')}
        >
          {severities.map(each => (
            <option key={each} value={each}>
              {t(`severity.${each}`)}
            </option>
          ))}
        </Choose>
        <label className={styles.mine}>
          <input
            type="checkbox"
            checked={search.mine ?? false}
            onChange={event => ask(event.target.checked ? { ...search, mine: true } : notMine)}
          />
          {t('incidents.filter.mine')}
        </label>
      </search>
      <span className={styles.space} />
      <a className={styles.icon} href={exportAddress('incidents', 'excel', language, { siteId })} download>
        <Icon name="download" />
        <span>{t('incidents.export')}</span>
      </a>
      <Button icon="bell" onClick={onTest}>
        {t('incidents.test')}
      </Button>
    </header>
  );
}

function Choose({
  label,
  value,
  all,
  onChoose,
  children,
}: {
  label: string;
  value: string | undefined;
  all: string;
  onChoose: (value: string) => void;
  children: React.ReactNode;
}) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      data-on={value !== undefined || undefined}
      onChange={event => onChoose(event.target.value)}
    >
      <option value="">{all}</option>
      {children}
    </select>
  );
}
