import { memo, useMemo, useSyncExternalStore } from 'react';
import { useLive } from '../../../app/context.ts';
import { loadMarkdown, markdownHtml } from '../markdown-loading.ts';
import type { Named } from '../mentions.ts';
import styles from './message-text.module.css';

interface MessageTextProps {
  content: string;
  /** Whom it names. */
  mentions?: readonly string[] | undefined;
}

/** A message's text with its emphasis, code, lists, links and names; plain until the part that draws those is here. */
export const MessageText = memo(function MessageText({ content, mentions }: MessageTextProps) {
  return mentions && mentions.length > 0 ? <NamingText content={content} mentions={mentions} /> : <Drawn content={content} />;
});

/** Only a text that names somebody is drawn again when people change. */
function NamingText({ content, mentions }: { content: string; mentions: readonly string[] }) {
  const users = useLive(state => state.users);
  const meId = useLive(state => state.me.userId);
  const named = useMemo(
    () =>
      mentions.flatMap((userId): Named[] => {
        const user = users.get(userId);
        return user ? [{ name: user.name, isMe: userId === meId }] : [];
      }),
    [mentions, users, meId],
  );
  return <Drawn content={content} named={named} />;
}

function Drawn({ content, named }: { content: string; named?: readonly Named[] }) {
  const html = useSyncExternalStore(loadMarkdown, markdownHtml);
  if (!html) return <div className={`${styles.text} ${styles.plain}`}>{content}</div>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: messageHtml lets through a short list of elements only
  return <div className={styles.text} dangerouslySetInnerHTML={{ __html: html(content, named) }} />;
}
