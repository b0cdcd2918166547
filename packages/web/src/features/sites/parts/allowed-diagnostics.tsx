import type { DiagnosticKind } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import styles from './diagnostics-panel.module.css';

const kinds: readonly DiagnosticKind[] = ['scan', 'ping', 'traceroute', 'dns', 'tcp', 'http'];

interface AllowedDiagnosticsProps {
  allowed: readonly DiagnosticKind[];
  may: boolean;
  busy: boolean;
  onChange: (allowed: DiagnosticKind[]) => void;
}

/** What technicians may ask of the site's probes by hand. */
export function AllowedDiagnostics({ allowed, may, busy, onChange }: AllowedDiagnosticsProps) {
  const { t } = useText();
  return (
    <fieldset className={styles.kinds}>
      <legend>{t('policy.diagnostics')}</legend>
      <p className={styles.soft}>{t('policy.diagnosticsText')}</p>
      {kinds.map(kind => (
        <label key={kind} className={styles.kind}>
          <input
            type="checkbox"
            checked={allowed.includes(kind)}
            disabled={!may || busy}
            onChange={event => onChange(kinds.filter(each => (each === kind ? event.target.checked : allowed.includes(each))))}
          />
          {t(`diagnose.do.${kind}`)}
        </label>
      ))}
    </fieldset>
  );
}
