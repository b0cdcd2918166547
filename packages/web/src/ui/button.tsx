import type { ButtonHTMLAttributes, Ref } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';
import { Tip } from './tip.tsx';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  /** The act is under way: the button keeps its words and takes no second press. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with words. */
export function Button({ look = 'plain', icon, busy = false, children, className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={[styles.button, styles[look], className].filter(Boolean).join(' ')}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
    >
      {busy ? <span className={styles.spinner} aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does, in words: read aloud, and shown on hover. */
  label: string;
  keys?: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that is only an icon; its words are read aloud and shown on hover. */
export function IconButton({ icon, label, keys, className, ...rest }: IconButtonProps) {
  return (
    <Tip label={label} keys={keys}>
      <button type="button" {...rest} aria-label={label} className={[styles.icon, className].filter(Boolean).join(' ')}>
        <Icon name={icon} />
      </button>
    </Tip>
  );
}
