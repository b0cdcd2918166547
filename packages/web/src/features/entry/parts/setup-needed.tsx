import { useText } from '../../../i18n/use-text.tsx';
import { EntryNotice } from './entry-notice.tsx';

/** A fresh server, opened without its link. */
export function SetupNeeded() {
  const { t } = useText();
  return <EntryNotice icon="link" title={t('setup.neededTitle')} text={t('setup.neededText')} command="npx nester setup-link" />;
}
