import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import styles from './typing-line.module.css';

/** Who is writing in a channel just now. */
export function TypingLine({ channelId }: { channelId: string }) {
  const { t, list } = useText();
  const writing = useLive(state => state.typing.get(channelId));
  const users = useLive(state => state.users);
  const names = [...(writing?.keys() ?? [])].map(userId => users.get(userId)?.name).filter(name => name !== undefined);
  if (names.length === 0) return <span />;
  return (
    <span className={styles.typing}>
      <span className={styles.dots} aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      {names.length > 3 ? t('typing.many') : t('typing.some', { count: names.length, names: list(names) })}
    </span>
  );
}
