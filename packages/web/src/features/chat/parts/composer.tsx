import type { OwnChannel } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { atLeast } from '@aerie/contract/roles';
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useConnection, useMe } from '../../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useWritten } from '../context.ts';
import styles from './composer.module.css';
import { TypingLine } from './typing-line.tsx';
import { useAutosize } from './use-autosize.ts';

/** How often others are told that one is still writing. */
const typingEveryMs = 3_000;

export interface ComposerHandle {
  focus(): void;
}

interface ComposerProps {
  channel: OwnChannel;
  /** How the channel is called in a sentence: "#dev", or a person. */
  called: string;
  ref: Ref<ComposerHandle>;
  onSent: () => void;
  onEditLast: () => void;
}

/** Where one writes. What is typed is kept as a draft until it is sent. */
export function Composer({ channel, called, ref, onSent, onEditLast }: ComposerProps) {
  const { t } = useText();
  const me = useMe();
  const connection = useConnection();
  const { drafts } = useWritten();
  const [text, setText] = useState(() => drafts.read(channel.channelId));
  const area = useRef<HTMLTextAreaElement>(null);
  const toldAt = useRef(0);
  useAutosize(area, text);
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus() }), []);

  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, []);

  // A letter typed among the messages belongs here, except those that are keys there; Esc comes back, too.
  useKeys(event => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(target) || isCovered()) return;
    const among = target instanceof HTMLElement && target.closest('[role="log"]') !== null && !target.closest('button, a');
    if (key === 'Escape' && among) event.preventDefault();
    else if (key.length !== 1 || /[jke?/ ]/.test(key) || !(among || target === document.body)) return;
    area.current?.focus();
  });

  if (channel.archived || !atLeast(me.role, channel.postRole)) {
    return (
      <p className={styles.closed}>
        {channel.archived ? t('composer.archived') : t('composer.readOnly', { role: t(`role.${channel.postRole}`) })}
      </p>
    );
  }

  const tooLong = text.length - limits.contentChars;
  const maySend = text.trim() !== '' && tooLong <= 0;

  const write = (value: string) => {
    setText(value);
    drafts.write(channel.channelId, value);
    const now = Date.now();
    if (value.trim() === '' || now - toldAt.current < typingEveryMs || connection.status !== 'live') return;
    toldAt.current = now;
    // Nobody misses it when it does not arrive.
    connection.call('typing.start', { channelId: channel.channelId }).catch(() => {});
  };

  const send = () => {
    if (!maySend) return;
    connection.send(channel.channelId, text.trim());
    setText('');
    drafts.write(channel.channelId, '');
    toldAt.current = 0;
    onSent();
  };

  return (
    <div className={styles.composer}>
      <div className={styles.box}>
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={t('composer.placeholder', { channel: called })}
          aria-label={t('composer.placeholder', { channel: called })}
          enterKeyHint="send"
          onChange={event => write(event.target.value)}
          onKeyDown={event => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
              event.preventDefault();
              send();
            } else if (event.key === 'ArrowUp' && text === '' && !event.shiftKey) {
              event.preventDefault();
              onEditLast();
            }
          }}
        />
        <button
          type="button"
          className={styles.send}
          // The focus stays in the text: on a telephone the keyboard does not fold between two messages.
          onMouseDown={event => event.preventDefault()}
          onClick={send}
          disabled={!maySend}
          aria-label={t('composer.send')}
          title={t('composer.send')}
        >
          <Icon name="send" />
        </button>
      </div>
      <div className={styles.below}>
        <TypingLine channelId={channel.channelId} />
        {tooLong > -500 && (
          <span className={styles.count} data-over={tooLong > 0 || undefined} role={tooLong > 0 ? 'alert' : undefined}>
            {tooLong > 0 ? t('composer.tooLong', { count: tooLong }) : t('composer.left', { count: -tooLong })}
          </span>
        )}
      </div>
    </div>
  );
}
