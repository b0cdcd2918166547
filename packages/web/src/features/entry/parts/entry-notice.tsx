import { useNavigate } from '@tanstack/react-router';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Icon, type IconName } from '../../../ui/icon.tsx';
import styles from './entry-notice.module.css';

interface EntryNoticeProps {
  icon?: IconName;
  title: string;
  text: string;
  /** A command to type where the server runs. */
  command?: string;
  toLogIn?: boolean;
  onRetry?: () => void;
}

/** A card that says why one cannot go on here, and what to do instead. */
export function EntryNotice({ icon = 'warn', title, text, command, toLogIn, onRetry }: EntryNoticeProps) {
  const { t } = useText();
  const navigate = useNavigate();
  return (
    <div className={styles.notice}>
      <span className={styles.icon}>
        <Icon name={icon} size={24} />
      </span>
      <h1>{title}</h1>
      <p>{text}</p>
      {command && (
        <div className={styles.command}>
          <code>{command}</code>
          <CopyButton text={command} />
        </div>
      )}
      {toLogIn && (
        <Button look="primary" onClick={() => void navigate({ to: '/', replace: true })}>
          {t('entry.toLogIn')}
        </Button>
      )}
      {onRetry && (
        <Button look="primary" icon="retry" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}
