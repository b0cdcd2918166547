import type { SeenPresence } from '@aerie/contract';
import type { CSSProperties } from 'react';
import { useText } from '../i18n/use-text.tsx';
import styles from './avatar.module.css';
import { Icon } from './icon.tsx';

/** One or two letters that stand for a name. */
function initials(name: string): string {
  const words = name.split(/[\s._'-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!].map(word => [...word][0]) : [...(words[0] ?? '?')].slice(0, 1);
  return letters.join('').toLocaleUpperCase();
}

/** A hue that stays with a person. */
function hueOf(id: string): number {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) % 65_521;
  return (hash % 12) * 30;
}

/** A person's tile: their initials on a colour of their own. It says nothing aloud: the name stands beside it. */
export function Avatar({ id, name, size = 32 }: { id: string; name: string; size?: 20 | 24 | 32 | 40 }) {
  return (
    <span
      className={styles.avatar}
      data-size={size}
      data-initials={initials(name)}
      style={{ '--hue': hueOf(id) } as CSSProperties}
      aria-hidden="true"
    />
  );
}

/** The tile of somebody without an account: no colour and no initials of a person. */
export function GuestTile() {
  return (
    <span className={styles.guest} aria-hidden="true">
      <Icon name="person" />
    </span>
  );
}

/** Whether somebody is here, by shape and, for screen readers and on hover, by word. */
export function PresenceMark({ state, silent = false }: { state: SeenPresence; silent?: boolean }) {
  const { t } = useText();
  const word = t(`presence.${state}`);
  return (
    <svg
      viewBox="0 0 10 10"
      width={10}
      height={10}
      className={styles.presence}
      data-state={state}
      {...(silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': word })}
    >
      <title>{word}</title>
      {state === 'online' && <circle cx="5" cy="5" r="4.5" fill="currentColor" />}
      {state === 'away' && <path d="M5 .5a4.500 4.500 0 104.500 4.500A3.600 3.600 0 015 .5z" fill="currentColor" />}
      {state === 'dnd' && (
        <path d="M.5 5a4.500 4.500 0 109 0 4.500 4.500 0 00-9 0zm2-.9h5v1.800h-5z" fill="currentColor" fillRule="evenodd" />
      )}
      {state === 'offline' && <circle cx="5" cy="5" r="3.700" fill="none" stroke="currentColor" strokeWidth="1.500" />}
    </svg>
  );
}
