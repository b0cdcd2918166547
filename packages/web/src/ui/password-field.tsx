import { type InputHTMLAttributes, useState } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { IconButton } from './button.tsx';
import fields from './field.module.css';
import { Field } from './field.tsx';
import styles from './password-field.module.css';
import { passwordStrength } from './password-strength.ts';

interface PasswordFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'value' | 'onChange'> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  /** Given for a new password: shows how strong it is and what to mend. */
  strength?: { name: string; minimum: number };
}

/** A password that can be looked at, and for a new one a meter with what to mend. */
export function PasswordField({ label, value, onChange, error, strength, ...rest }: PasswordFieldProps) {
  const { t } = useText();
  const [seen, setSeen] = useState(false);
  const measured = strength && value ? passwordStrength(value, strength.name, strength.minimum) : undefined;
  const hint = strength && !value ? t('password.hint', { count: strength.minimum }) : undefined;
  const words = (['password.unusable', 'password.weak', 'password.fair', 'password.good', 'password.strong'] as const)[
    measured?.score ?? 0
  ];
  const advice = measured?.advice[0];
  return (
    <div>
      <Field label={label} hint={hint} error={error}>
        {wiring => (
          <div className={styles.input}>
            <input
              autoComplete={strength ? 'new-password' : 'current-password'}
              {...rest}
              {...wiring}
              type={seen ? 'text' : 'password'}
              spellCheck={false}
              autoCapitalize="none"
              value={value}
              onChange={event => onChange(event.target.value)}
              className={fields.input}
            />
            <IconButton
              icon={seen ? 'eyeOff' : 'eye'}
              label={t(seen ? 'password.hide' : 'password.show')}
              onClick={() => setSeen(!seen)}
              className={styles.eye}
            />
          </div>
        )}
      </Field>
      {measured && (
        <div className={styles.meter} data-score={measured.score} aria-live="polite">
          <span className={styles.bars} aria-hidden="true">
            {[1, 2, 3, 4].map(bar => (
              <span key={bar} data-on={bar <= Math.max(measured.score, 1) || undefined} />
            ))}
          </span>
          <span>
            <strong>{t(words)}</strong>
            {advice && ` · ${t(`password.advice.${advice}`, { count: strength?.minimum ?? 0 })}`}
          </span>
        </div>
      )}
    </div>
  );
}
