import { useStore } from '../../app/store.ts';
import { type Theme, theme } from '../../app/theme.ts';
import { useWords } from '../words.tsx';
import styles from './theme-button.module.css';

const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

const drawings: Record<Theme, string> = {
  light:
    'M8 10.8a2.800 2.800 0 100-5.600 2.800 2.800 0 000 5.600zM8 1.500v1.500M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M3.400 12.600l1-1M11.600 4.400l1-1',
  dark: 'M13 9.500A5.500 5.500 0 016.500 3a5.500 5.500 0 106.500 6.500z',
  auto: 'M8 13.500a5.500 5.500 0 100-11 5.500 5.500 0 000 11zM8 2.500v11M8 5l3.500-1M8 8h5.500M8 11h4',
};

/** Light, dark, or as the system is: each press takes the next. */
export function ThemeButton() {
  const { t } = useWords();
  const current = useStore(theme);
  const words = t(`local.theme.${current}`);
  return (
    <button type="button" className={styles.button} aria-label={words} title={words} onClick={() => theme.set(next[current])}>
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={drawings[current]} />
      </svg>
    </button>
  );
}
