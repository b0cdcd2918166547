import { memo, useSyncExternalStore } from 'react';
import { loadMarkdown, markdownHtml } from '../markdown-loading.ts';
import styles from './message-text.module.css';

/** A message's text with its emphasis, code, lists and links; plain until the part that draws those is here. */
export const MessageText = memo(function MessageText({ content }: { content: string }) {
  const html = useSyncExternalStore(loadMarkdown, markdownHtml);
  if (!html) return <div className={`${styles.text} ${styles.plain}`}>{content}</div>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: messageHtml lets through a short list of elements only
  return <div className={styles.text} dangerouslySetInnerHTML={{ __html: html(content) }} />;
});
