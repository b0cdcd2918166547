import { chooseLanguage, useWords } from '../words.tsx';
import styles from './language-choice.module.css';

const languages = [
  { value: 'fr', name: 'Français', short: 'FR' },
  { value: 'en', name: 'English', short: 'EN' },
] as const;

/** Both languages, the one in use marked. */
export function LanguageChoice({ short = false }: { short?: boolean }) {
  const { language, t } = useWords();
  return (
    <fieldset className={styles.choice}>
      <legend className="hidden-text">{t('local.language')}</legend>
      {languages.map(each => (
        <button
          key={each.value}
          type="button"
          lang={each.value}
          title={each.name}
          aria-label={short ? `${each.short}, ${each.name}` : undefined}
          aria-pressed={each.value === language}
          onClick={() => chooseLanguage(each.value)}
        >
          {short ? each.short : each.name}
        </button>
      ))}
    </fieldset>
  );
}
