import { useEffect } from 'react';
import { translator } from '../i18n/translate.ts';
import { Button } from '../ui/button.tsx';
import styles from './crash.module.css';

/** What stands when a page could not be drawn. It is outside everything else, so it takes the language from the document. */
export function Crash({ error }: { error: unknown }) {
  const t = translator(document.documentElement.lang === 'fr' ? 'fr' : 'en');
  useEffect(() => {
    console.error(error);
  }, [error]);
  return (
    <main className={styles.page}>
      <h1>{t('crash.title')}</h1>
      <p>{t('crash.text')}</p>
      <pre>{error instanceof Error ? error.message : String(error)}</pre>
      <Button look="primary" onClick={() => window.location.reload()}>
        {t('crash.reload')}
      </Button>
    </main>
  );
}
