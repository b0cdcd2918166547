import type { AppError } from '@aerie/contract/errors';
import { useNester } from '../../../app/context.ts';
import type { Ending } from '../../../app/nester.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useInForce } from '../../moderation/use-in-force.ts';
import { EntryFrame } from './entry-frame.tsx';
import styles from './entry-notice.module.css';

/** What somebody reads whom an administrator has put out: why, and until when. */
export function PutOut({ ending }: { ending: Ending }) {
  const { t, times } = useText();
  const nester = useNester();
  const banned = ending.reason === 'banned';
  const runs = useInForce(ending.until);
  return (
    <Notice
      title={t(banned ? 'putOut.bannedTitle' : 'putOut.kickedTitle')}
      text={
        banned && ending.until !== undefined
          ? runs
            ? t('putOut.bannedText', { moment: times.short(ending.until) })
            : t('putOut.over')
          : t('putOut.kickedText')
      }
      why={ending.why}
      kept
      action={
        <Button look={banned && runs ? 'plain' : 'primary'} onClick={() => nester.toLogIn()}>
          {t('entry.toLogIn')}
        </Button>
      }
    />
  );
}

/** What stands at the door for an address that is banned. */
export function Shut({ error }: { error: AppError }) {
  const { t, times } = useText();
  const nester = useNester();
  const until = Number(error.params.until);
  const because = String(error.params.because ?? '').replace(/^ \(|\)$/g, '');
  return (
    <EntryFrame>
      <Notice
        title={t('putOut.bannedTitle')}
        text={t('putOut.addressText', { moment: times.short(until) })}
        why={because}
        action={
          <Button icon="retry" onClick={() => void nester.start()}>
            {t('retry')}
          </Button>
        }
      />
    </EntryFrame>
  );
}

interface NoticeProps {
  title: string;
  text: string;
  why: string;
  /** Something was being written. */
  kept?: boolean;
  action: React.ReactNode;
}

function Notice({ title, text, why, kept = false, action }: NoticeProps) {
  const { t } = useText();
  return (
    <div className={styles.notice} role="alert">
      <span className={styles.icon}>
        <Icon name="ban" size={24} />
      </span>
      <h1>{title}</h1>
      <p>{text}</p>
      {why !== '' && <p className={styles.why}>{t('putOut.reason', { reason: why })}</p>}
      {kept && <p className={styles.soft}>{t('putOut.kept')}</p>}
      {action}
    </div>
  );
}
