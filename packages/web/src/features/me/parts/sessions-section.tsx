import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { agentWords } from '../agent.ts';
import styles from '../page.module.css';
import { useEndSession, useSessions } from '../queries.ts';

/** Where one is logged in, and how to end that. */
export function SessionsSection() {
  const { t, sentence } = useText();
  const say = useSay();
  const sessions = useSessions();
  const end = useEndSession();
  return (
    <section className={styles.section}>
      <h2>{t('me.sessions')}</h2>
      {sessions.isPending ? (
        <SkeletonRows count={2} />
      ) : sessions.isError ? (
        <Failed error={sessions.error} retry={() => void sessions.refetch()} />
      ) : (
        <ul className={styles.sessions}>
          {sessions.data.sessions.map(session => (
            <li key={session.sessionId}>
              <div className={styles.words}>
                <p title={session.agent}>{agentWords(session.agent) ?? t('me.unknownAgent', { door: session.door })}</p>
                <p className={styles.soft}>
                  <span className={styles.mono}>{session.address}</span> · {t('me.seen')} <Moment at={session.seenAt} />
                </p>
              </div>
              {session.current ? (
                <span className={styles.here}>{t('me.thisSession')}</span>
              ) : (
                <Button
                  busy={end.isPending && end.variables === session.sessionId}
                  onClick={() => end.mutate(session.sessionId, { onError: error => say(sentence(error), 'bad') })}
                >
                  {t('me.endSession')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
