import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/use-text.tsx';
import { Blank } from '../ui/blank.tsx';
import styles from './not-found.module.css';

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useText();
  return (
    <main className={styles.page}>
      <Blank icon="search" title={t('notFound.title')} action={<Link to="/">{t('notFound.back')}</Link>}>
        {t('notFound.text')}
      </Blank>
    </main>
  );
}
