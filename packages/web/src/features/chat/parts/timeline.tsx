import type { Message, OwnChannel } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useConnection, useLive, useOutbox } from '../../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useUnsent, useWritten } from '../context.ts';
import { type TimelineItem, timelineItems } from '../timeline-items.ts';
import { type MessageActs, MessageRow } from './message-row.tsx';
import { PendingRow } from './pending-row.tsx';
import styles from './timeline.module.css';
import { DayLine, NewLine, TimelineStart } from './timeline-lines.tsx';
import { useReadMarker } from './use-read-marker.ts';

export interface TimelineHandle {
  toEnd(): void;
}

interface TimelineProps {
  channel: OwnChannel;
  called: string;
  editingId: string | undefined;
  acts: MessageActs;
  ref: Ref<TimelineHandle>;
}

/** Near enough to the end to follow what is said. */
const endPx = 80;
/** Room above the first message held for the shape of those before it. */
const olderPx = 128;
const noMessages: readonly Message[] = [];

/** A channel's messages, the newest at the bottom; history comes in above without moving what is read. */
export function Timeline({ channel, called, editingId, acts, ref }: TimelineProps) {
  const { t } = useText();
  const { channelId } = channel;
  const connection = useConnection();
  const held = useLive(state => state.windows.get(channelId));
  const users = useLive(state => state.users);
  const me = useLive(state => state.me);
  const outbox = useOutbox();
  const unsent = useUnsent();
  const written = useWritten();
  const scroller = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<unknown>();
  const [active, setActive] = useState<{ key: string; focus: boolean } | undefined>();

  const open = useCallback(() => {
    setFailed(undefined);
    connection.openChannel(channelId).catch(setFailed);
  }, [connection, channelId]);
  useEffect(open, [open]);

  const messages = held?.messages ?? noMessages;
  useEffect(() => written.unsent.arrived(messages), [written, messages]);

  const pending = useMemo(() => outbox.filter(each => each.channelId === channelId), [outbox, channelId]);
  const leftKeys = useMemo(() => new Set(unsent.map(each => each.nonce)), [unsent]);
  const onTheWay = useMemo(() => [...unsent.filter(each => each.channelId === channelId), ...pending], [unsent, pending, channelId]);

  const [atEnd, setAtEnd] = useState(true);
  const { newAfter } = useReadMarker(channel, held !== undefined && !held.moreAfter ? messages.at(-1)?.seq : undefined, atEnd);

  const items = useMemo(
    () =>
      timelineItems({
        messages,
        moreBefore: held?.moreBefore ?? false,
        moreAfter: held?.moreAfter ?? false,
        pending: onTheWay,
        meId: me.userId,
        newAfter,
      }),
    [messages, held?.moreBefore, held?.moreAfter, onTheWay, me.userId, newAfter],
  );

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => estimate(items[index]!),
    getItemKey: index => items[index]!.key,
    overscan: 12,
    paddingStart: held?.moreBefore ? olderPx : 0,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endPx,
  });

  // The first drawing with messages stands at the end.
  const placed = useRef(false);
  useLayoutEffect(() => {
    if (!held || placed.current) return;
    placed.current = true;
    virtual.scrollToEnd();
  }, [held, virtual]);

  // A keyboard that opens or a composer that grows takes room from the messages: whoever was at the end stays there.
  const atEndNow = useRef(atEnd);
  atEndNow.current = atEnd;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (placed.current && atEndNow.current) virtual.scrollToEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [virtual]);

  useImperativeHandle(ref, () => ({ toEnd: () => virtual.scrollToEnd() }), [virtual]);

  // What is missing above is asked for before its place comes into sight.
  const first = virtual.range?.startIndex ?? items.length;
  const loading = useRef(false);
  useEffect(() => {
    if (!held?.moreBefore || !placed.current || first > 10 || loading.current) return;
    loading.current = true;
    connection
      .loadBefore(channelId)
      .catch(() => {})
      .finally(() => {
        loading.current = false;
      });
  }, [held, first, connection, channelId]);

  const rows = virtual.getVirtualItems();
  const newIndex = newAfter === undefined ? -1 : items.findIndex(item => item.kind === 'new');
  // The line is above what is in sight, or so far above that it is not held yet.
  const newFarAbove = newIndex < 0 && newAfter !== undefined && held?.moreBefore === true && (messages[0]?.seq ?? 0) > newAfter;
  const newAbove = placed.current && (newFarAbove || (newIndex >= 0 && newIndex < first));

  const move = (step: number) => {
    const from = active ? items.findIndex(item => item.key === active.key) : items.length;
    for (let index = from + step; index >= 0 && index < items.length; index += step) {
      const item = items[index]!;
      if (item.kind !== 'message') continue;
      virtual.scrollToIndex(index, { align: 'auto' });
      setActive({ key: item.key, focus: true });
      return;
    }
  };

  useKeys(event => {
    if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = scroller.current?.contains(event.target as Node) ?? false;
    const item = inside ? items.find(each => each.key === active?.key) : undefined;
    if (event.key === 'k' || (inside && event.key === 'ArrowUp')) move(-1);
    else if (event.key === 'j' || (inside && event.key === 'ArrowDown')) move(1);
    else if (inside && event.key === 'End') virtual.scrollToEnd();
    else if (item?.kind === 'message' && event.key === 'e' && mayEdit(item.message)) acts.edit(item.message);
    else if (item?.kind === 'message' && /^(?:Backspace|Delete)$/.test(event.key) && mayDelete(item.message)) acts.remove(item.message);
    else return;
    event.preventDefault();
  });

  const mayEdit = (message: Message) => message.authorId === me.userId && atLeast(me.role, 'member');
  const mayDelete = (message: Message) => mayEdit(message) || me.role === 'admin';

  if (failed !== undefined && !held) return <Failed error={failed} retry={open} />;

  const draw = (item: TimelineItem) => {
    switch (item.kind) {
      case 'start':
        return held && <TimelineStart channel={channel} called={called} />;
      case 'day':
        return <DayLine at={item.at} />;
      case 'new':
        return <NewLine />;
      case 'message':
        return (
          <MessageRow
            message={item.message}
            author={users.get(item.message.authorId ?? '')}
            joined={item.joined}
            mayEdit={mayEdit(item.message)}
            mayDelete={mayDelete(item.message)}
            editing={item.message.messageId === editingId}
            tabbable={active ? active.key === item.key : item === items.at(-1)}
            focused={active?.focus === true && active.key === item.key}
            acts={acts}
          />
        );
      case 'pending': {
        const { nonce, content } = item.pending;
        const left = leftKeys.has(nonce);
        return (
          <PendingRow
            pending={item.pending}
            joined={item.joined}
            left={left}
            onRetry={() => {
              if (left) {
                connection.send(channelId, content);
                written.unsent.drop(nonce);
              } else connection.retry(nonce);
            }}
            onDiscard={() => (left ? written.unsent.drop(nonce) : connection.discard(nonce))}
          />
        );
      }
    }
  };

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="log"
        // What comes in at the end is read out; what scrolling brings into the page is not.
        aria-live={atEnd ? 'polite' : 'off'}
        aria-relevant="additions"
        aria-label={t('timeline.label', { channel: called })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        onScroll={() => setAtEnd(virtual.isAtEnd(endPx))}
      >
        {!held ? (
          <div className={styles.loading}>
            <SkeletonRows count={9} tall />
          </div>
        ) : (
          <div className={styles.inner}>
            <div className={styles.sizer} style={{ height: virtual.getTotalSize() }}>
              {held.moreBefore && (
                <div className={styles.item}>
                  <SkeletonRows count={2} tall />
                </div>
              )}
              {rows.map(row => (
                <div
                  key={row.key}
                  data-index={row.index}
                  ref={virtual.measureElement}
                  className={styles.item}
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  {draw(items[row.index]!)}
                </div>
              ))}
            </div>
          </div>
        )}
      </div>
      {newAbove && (
        <button type="button" className={styles.jumpUp} onClick={() => virtual.scrollToIndex(Math.max(0, newIndex), { align: 'start' })}>
          <Icon name="up" />
          {t('timeline.newAbove')}
        </button>
      )}
      {held && !atEnd && (
        <button type="button" className={styles.jumpDown} onClick={() => virtual.scrollToEnd()}>
          <Icon name="down" />
          {channel.unread > 0 ? t('timeline.newBelow', { count: channel.unread }) : t('timeline.toEnd')}
        </button>
      )}
    </div>
  );
}

/** Heights before they are measured: close enough that the scroll bar does not dance. */
function estimate(item: TimelineItem): number {
  switch (item.kind) {
    case 'start':
      return 128;
    case 'day':
    case 'new':
      return 36;
    default: {
      const content = item.kind === 'message' ? item.message.content : item.pending.content;
      const lines = content.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 110)), 0);
      return lines * 22 + (item.joined ? 2 : 30);
    }
  }
}
