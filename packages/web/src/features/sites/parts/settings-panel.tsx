import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import type { SiteDetail } from '../queries.ts';
import { MaintenanceSection } from './maintenance-section.tsx';
import { PolicyPanel } from './policy-panel.tsx';
import { RulesForm } from './rules-form.tsx';
import styles from './settings-panel.module.css';
import { SiteForm } from './site-form.tsx';

/** What administrators set for a site; technicians read it, and announce maintenance. */
export function SettingsPanel({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const may = useMe().role === 'admin';
  return (
    <div className={styles.panel}>
      {!may && <p className={styles.soft}>{t('settings.closed')}</p>}
      <MaintenanceSection site={detail.site} />
      <SiteForm detail={detail} may={may} />
      <RulesForm detail={detail} may={may} />
      <section className={styles.section}>
        <h2>{t('site.tab.policy')}</h2>
        <PolicyPanel detail={detail} />
      </section>
    </div>
  );
}
