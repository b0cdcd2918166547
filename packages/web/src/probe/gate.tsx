import type { DashboardSession } from '@aerie/contract/dashboard';
import { type FormEvent, useState } from 'react';
import { Mark } from '../app/mark.tsx';
import { Button } from '../ui/button.tsx';
import { FormError, TextField } from '../ui/field.tsx';
import { act } from './api.ts';
import styles from './gate.module.css';
import { LanguageChoice } from './parts/language-choice.tsx';
import { useWords } from './words.tsx';

const product = 'Seahawks Harvester';

/** Asks the password of the dashboard. */
export function Gate({ entered }: { entered: (session: DashboardSession) => void }) {
  const { t, sentence } = useWords();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      entered(await act<DashboardSession>('log-in', { password }));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <div className={styles.frame}>
      <header className={styles.brand}>
        <Mark size={40} />
        <span>{product}</span>
      </header>
      <main className={styles.card}>
        <h1>{t('gate.title')}</h1>
        <p>{t('gate.text')}</p>
        <form onSubmit={enter}>
          <TextField
            label={t('gate.password')}
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            value={password}
            onChange={event => setPassword(event.target.value)}
          />
          <FormError>{error === undefined ? undefined : sentence(error)}</FormError>
          <Button look="primary" type="submit" busy={busy}>
            {t('gate.enter')}
          </Button>
        </form>
      </main>
      <LanguageChoice />
    </div>
  );
}
