import type { Policy } from '@aerie/contract';
import { useFigures } from '../../../i18n/figures.ts';
import type { Key } from '../../../i18n/translate.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { intervals, type PolicyTime } from '../policy-offers.ts';
import styles from './policy-panel.module.css';

const fields: readonly { field: PolicyTime; label: Key; hint?: Key }[] = [
  { field: 'scanEveryMs', label: 'policy.interval' },
  { field: 'sweepEveryMs', label: 'policy.sweep' },
  { field: 'deepEveryMs', label: 'policy.deep', hint: 'policy.deepHint' },
  { field: 'heartbeatMs', label: 'policy.heartbeat', hint: 'policy.heartbeatHint' },
];

interface PolicyTimesProps {
  policy: Policy;
  may: boolean;
  busy: boolean;
  onChange: (change: Partial<Record<PolicyTime, number>>) => void;
}

/** How often a probe scans, looks who is there, looks closely, and says that it lives. */
export function PolicyTimes({ policy, may, busy, onChange }: PolicyTimesProps) {
  const { t } = useText();
  const { span } = useFigures();
  return (
    <div className={styles.entries}>
      <h3>{t('policy.often')}</h3>
      <div className={styles.times}>
        {fields.map(({ field, label, hint }) => (
          <SelectField
            key={field}
            label={t(label)}
            hint={hint && t(hint)}
            value={policy[field]}
            disabled={!may || busy}
            onChange={event => onChange({ [field]: Number(event.target.value) })}
          >
            {intervals(field, policy[field]).map(ms => (
              <option key={ms} value={ms}>
                {span(ms)}
              </option>
            ))}
          </SelectField>
        ))}
      </div>
    </div>
  );
}
