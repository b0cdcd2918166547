import { kept } from './kept.ts';
import { createStore } from './store.ts';

export type Theme = 'auto' | 'light' | 'dark';

const dark = () => window.matchMedia('(prefers-color-scheme: dark)');

function keptTheme(): Theme {
  const value = kept.read('theme');
  return value === 'light' || value === 'dark' ? value : 'auto';
}

/** The theme chosen in this browser. */
export const theme = createStore<Theme>('auto');

function apply(): void {
  const chosen = theme.get();
  document.documentElement.dataset.theme = chosen === 'auto' ? (dark().matches ? 'dark' : 'light') : chosen;
}

/** Puts the theme on the document and follows the system's while the choice is `auto`. */
export function startTheme(): void {
  theme.set(keptTheme());
  apply();
  dark().addEventListener('change', apply);
  theme.subscribe(() => {
    kept.write('theme', theme.get() === 'auto' ? undefined : theme.get());
    apply();
  });
}
