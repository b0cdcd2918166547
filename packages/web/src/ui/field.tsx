import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';
import styles from './field.module.css';
import { Icon } from './icon.tsx';

interface Words {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/** A label, a control, and under it the hint or what is wrong with what was typed. */
export function Field({ label, hint, error, children }: Words & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const below = error ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({ id, 'aria-describedby': below ? `${id}-below` : undefined, 'aria-invalid': error ? true : undefined })}
      {below && (
        <p id={`${id}-below`} className={error ? styles.error : styles.hint} role={error ? 'alert' : undefined}>
          {below}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  hint,
  error,
  ...rest
}: Words & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {wiring => <input {...rest} {...wiring} className={styles.input} />}
    </Field>
  );
}

export function TextAreaField({ label, hint, error, ...rest }: Words & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {wiring => <textarea {...rest} {...wiring} className={styles.area} />}
    </Field>
  );
}

export function SelectField({ label, hint, error, children, ...rest }: Words & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {wiring => (
        <div className={styles.select}>
          <select {...rest} {...wiring} className={styles.input}>
            {children}
          </select>
          <Icon name="chevron" />
        </div>
      )}
    </Field>
  );
}

/** One choice of a few, all in sight. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className={styles.choice}>
      <legend className={styles.label}>{label}</legend>
      <div className={styles.options}>
        {options.map(option => (
          <label key={option.value} className={styles.option}>
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What is wrong with a whole form: it says what and the mend. */
export function FormError({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <div className={styles.formError} role="alert">
      <Icon name="warn" />
      <p>{children}</p>
    </div>
  );
}
