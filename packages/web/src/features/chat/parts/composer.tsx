import type { OwnChannel } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { atLeast } from '@aerie/contract/roles';
import { type Ref, useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { useConnection, useLive, useMe } from '../../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useInForce } from '../../moderation/use-in-force.ts';
import { useWritten } from '../context.ts';
import { slashOf } from '../slash.ts';
import { useSlash } from '../use-slash.ts';
import styles from './composer.module.css';
import { MutedNotice } from './muted-notice.tsx';
import { SuggestionList } from './suggestion-list.tsx';
import { TypingLine } from './typing-line.tsx';
import { useAutosize } from './use-autosize.ts';
import { useSuggestions } from './use-suggestions.ts';

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
  /** Shows who is in the channel. */
  onMembers: () => void;
}

/** Where one writes. What is typed is kept as a draft until it is sent. */
export function Composer({ channel, called, ref, onSent, onEditLast, onMembers }: ComposerProps) {
  const { t } = useText();
  const me = useMe();
  const connection = useConnection();
  const { drafts } = useWritten();
  const [text, setText] = useState(() => drafts.read(channel.channelId));
  const area = useRef<HTMLTextAreaElement>(null);
  const toldAt = useRef(0);
  const [caret, setCaret] = useState(text.length);
  /** Where the caret goes with the text that was just completed. */
  const caretAfter = useRef<number>(undefined);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const mutedUntil = useLive(state => state.users.get(me.userId)?.mutedUntil);
  const muted = useInForce(mutedUntil);
  const slash = useSlash(channel, called, onMembers);
  const listId = useId();
  const suggesting = useSuggestions(channel, text, caret, (next, at) => {
    caretAfter.current = at;
    setCaret(at);
    write(next);
    area.current?.focus();
  });
  useLayoutEffect(() => {
    if (caretAfter.current === undefined) return;
    area.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = undefined;
  });
  useAutosize(area, text);
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus() }), []);

  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, []);

  function write(value: string): void {
    setText(value);
    setRefused(undefined);
    drafts.write(channel.channelId, value);
    const now = Date.now();
    // A command is not a message on its way.
    if (value.trim() === '' || value.startsWith('/') || now - toldAt.current < typingEveryMs || connection.status !== 'live') return;
    toldAt.current = now;
    // Nobody misses it when it does not arrive.
    connection.call('typing.start', { channelId: channel.channelId }).catch(() => {});
  }

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
  if (muted) return <MutedNotice channelId={channel.channelId} until={mutedUntil!} hasDraft={text.trim() !== ''} />;

  const tooLong = text.length - limits.contentChars;
  const maySend = text.trim() !== '' && tooLong <= 0;

  const send = async () => {
    if (!maySend || busy) return;
    const typed = slashOf(text);
    if (typed.kind === 'unknown') return setRefused(t('slash.unknown', { name: typed.name }));
    if (typed.kind === 'command') {
      setBusy(true);
      const wrong = await slash(typed.name, typed.rest);
      setBusy(false);
      if (wrong !== undefined) return setRefused(wrong);
    } else {
      connection.send(channel.channelId, typed.text);
      onSent();
    }
    setText('');
    drafts.write(channel.channelId, '');
    toldAt.current = 0;
  };

  return (
    <div className={styles.composer}>
      {suggesting.shown.length > 0 && (
        <SuggestionList
          id={listId}
          list={suggesting.shown}
          at={suggesting.at}
          onPoint={suggesting.setChosen}
          onTake={index => suggesting.take(index)}
        />
      )}
      {refused !== undefined && (
        <p id={`${listId}-refused`} className={styles.refused} role="alert">
          {refused}
        </p>
      )}
      <div className={styles.box}>
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={t('composer.placeholder', { channel: called })}
          aria-label={t('composer.placeholder', { channel: called })}
          enterKeyHint="send"
          aria-autocomplete="list"
          aria-controls={suggesting.shown.length > 0 ? listId : undefined}
          aria-activedescendant={suggesting.shown.length > 0 ? `${listId}-${suggesting.at}` : undefined}
          aria-invalid={refused !== undefined || undefined}
          aria-describedby={refused === undefined ? undefined : `${listId}-refused`}
          onChange={event => {
            write(event.target.value);
            setCaret(event.target.selectionStart);
          }}
          onSelect={event => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={event => {
            if (event.nativeEvent.isComposing || suggesting.onKey(event)) return;
            if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
              event.preventDefault();
              void send();
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
          onClick={() => void send()}
          disabled={!maySend || busy}
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
