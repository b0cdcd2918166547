import type { ReactNode } from 'react';
import { Mark } from '../../../app/mark.tsx';
import type { ServerInfo } from '../../../app/nester.ts';
import { visitorLanguage } from '../../../app/visitor-language.ts';
import { useText } from '../../../i18n/use-text.tsx';
import styles from './entry-frame.module.css';

const languages = [
  { value: 'fr', name: 'Français' },
  { value: 'en', name: 'English' },
] as const;

/** What stands around every page before the log-in. */
export function EntryFrame({ server, children }: { server?: ServerInfo; children: ReactNode }) {
  const { language } = useText();
  return (
    <div className={styles.frame}>
      <header className={styles.brand}>
        <Mark size={40} />
        <span>{server?.name ?? 'Aerie'}</span>
      </header>
      <main className={styles.card}>{children}</main>
      <footer className={styles.foot}>
        {languages.map(each => (
          <button
            key={each.value}
            type="button"
            lang={each.value}
            aria-pressed={each.value === language}
            onClick={() => visitorLanguage.set(each.value)}
          >
            {each.name}
          </button>
        ))}
        {server && <span className="figures">Aerie {server.version}</span>}
      </footer>
    </div>
  );
}

/** The head of a card: what this page is, in one or two lines. */
export function EntryHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.head}>
      <h1>{title}</h1>
      {children && <p>{children}</p>}
    </div>
  );
}

/** A faint line under a form. */
export function EntryHint({ children }: { children: ReactNode }) {
  return <p className={styles.hint}>{children}</p>;
}

/** The fields of a card, one under the other. */
export function EntryForm({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
