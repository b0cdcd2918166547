import type { SettingRecord } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { useSettings } from '../queries.ts';
import styles from './settings-tab.module.css';

/** Settings and limits that have words of their own. */
const described = [
  'adminTcp',
  'backupCopy',
  'backupLateHours',
  'backups',
  'data',
  'databaseUrl',
  'guests',
  'http',
  'httpTls',
  'log',
  'passwordMin',
  'publicUrl',
  'registration',
  'tcp',
  'tcpTls',
  'tlsCert',
  'tlsKey',
  'trustProxy',
  'limits.commandsBurst',
  'limits.commandsPerSecond',
  'limits.connections',
  'limits.failureSeconds',
  'limits.failures',
  'limits.failuresPerAddress',
  'limits.guests',
  'limits.guestsPerAddress',
  'limits.httpPerMinute',
  'limits.lineSeconds',
  'limits.pending',
  'limits.pendingBytes',
  'limits.pendingPerAddress',
  'limits.pendingSeconds',
  'limits.registrationsPerAddress',
  'limits.slowSeconds',
] as const;

/** The settings as they hold, where each comes from, and how to change it. */
export function SettingsTab() {
  const { t } = useText();
  const settings = useSettings();
  if (settings.isPending) return <SkeletonRows count={8} />;
  if (settings.isError) return <Failed error={settings.error} retry={() => void settings.refetch()} />;
  const all = settings.data.settings;
  const isLimit = ({ name }: SettingRecord) => name.startsWith('limits.');
  return (
    <div className={styles.page}>
      <p className={styles.how}>{t('settings.how')}</p>
      <dl className={styles.list}>
        {all
          .filter(each => !isLimit(each))
          .map(each => (
            <Setting key={each.name} setting={each} code={each.variable} />
          ))}
      </dl>
      <h2 className={styles.title}>{t('settings.limits')}</h2>
      <p className={styles.how}>{t('settings.limitsHow')}</p>
      <dl className={styles.list}>
        {all.filter(isLimit).map(each => (
          <Setting key={each.name} setting={each} code={each.name.slice('limits.'.length)} />
        ))}
      </dl>
    </div>
  );
}

function Setting({ setting, code }: { setting: SettingRecord; code: string }) {
  const { t } = useText();
  const words = described.find(each => each === setting.name);
  const changed = setting.source !== 'default';
  return (
    <div className={styles.row} data-changed={changed || undefined}>
      <dt className={styles.name}>
        {words && <span>{t(`setting.${words}`)}</span>}
        <code>{code}</code>
      </dt>
      <dd className={styles.value}>{setting.value === '' ? <span className={styles.unset}>{t('settings.unset')}</span> : setting.value}</dd>
      <dd className={styles.source}>{t(`settings.source.${setting.source}`)}</dd>
    </div>
  );
}
