import { useConnection, useMe, useNester } from '../../app/context.ts';
import { useStore } from '../../app/store.ts';
import { theme } from '../../app/theme.ts';
import { choosePresence, ownPresence } from '../../app/use-own-presence.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/field.tsx';
import { useSay } from '../../ui/toast.tsx';
import styles from './page.module.css';
import { NotifySection } from './parts/notify-section.tsx';
import { PasswordSection } from './parts/password-section.tsx';
import { SessionsSection } from './parts/sessions-section.tsx';

/** One's own settings. */
export function MePage() {
  const { t, language, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const nester = useNester();
  const connection = useConnection();
  const chosenTheme = useStore(theme);
  const presence = useStore(ownPresence);

  const speak = (wanted: 'fr' | 'en') => {
    connection.call('me.update', { language: wanted }).catch(error => say(sentence(error), 'bad'));
  };

  return (
    <main className={styles.page}>
      <div className={styles.inner}>
        <header className={styles.head}>
          <Avatar id={me.userId} name={me.name} size={40} />
          <div className={styles.who}>
            <h1>{me.name}</h1>
            <p>{t(`role.${me.role}`)}</p>
          </div>
          <Button icon="logout" onClick={() => void nester.leave().catch(error => say(sentence(error), 'bad'))}>
            {t('leave')}
          </Button>
        </header>
        <section className={styles.section}>
          <h2>{t('me.look')}</h2>
          <div className={styles.choices}>
            <Choice
              label={t('account.language')}
              value={language}
              options={[
                { value: 'fr', label: 'Français' },
                { value: 'en', label: 'English' },
              ]}
              onChange={speak}
            />
            <Choice
              label={t('me.theme')}
              value={chosenTheme}
              options={[
                { value: 'auto', label: t('me.themeAuto') },
                { value: 'light', label: t('me.themeLight') },
                { value: 'dark', label: t('me.themeDark') },
              ]}
              onChange={value => theme.set(value)}
            />
            <Choice
              label={t('me.presence')}
              value={presence}
              options={(['online', 'away', 'dnd', 'invisible'] as const).map(value => ({ value, label: t(`presence.${value}`) }))}
              onChange={choosePresence}
            />
          </div>
        </section>
        <NotifySection />
        <PasswordSection />
        <SessionsSection />
      </div>
    </main>
  );
}
