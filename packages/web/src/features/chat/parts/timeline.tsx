import type { Message, OwnChannel } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '../../../app/context.ts';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { type TimelineItem, timelineItems } from '../timeline-items.ts';
import { type MessageActs, MessageRow } from './message-row.tsx';
import { PendingRow } from './pending-row.tsx';
import { rowHeight } from './row-height.ts';
import styles from './timeline.module.css';
import { DayLine, NewLine, TimelineStart } from './timeline-lines.tsx';
import { useOnTheWay } from './use-on-the-way.ts';
import { useReadMarker } from './use-read-marker.ts';
import { useWindow } from './use-window.ts';

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

/** A channel's messages, the newest at the bottom; history comes in above without moving what is read. */
export function Timeline({ channel, called, editingId, acts, ref }: TimelineProps) {
  const { t } = useText();
  const users = useLive(state => state.users);
  const me = useLive(state => state.me);
  const { held, messages, failed, open, reach } = useWindow(channel.channelId);
  const onTheWay = useOnTheWay(channel.channelId, messages);
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  /** The message that has its turn in the order of Tab, and whether the keys brought the focus to it. */
  const [active, setActive] = useState<{ messageId: string; focus: boolean }>();
  const activate = useCallback(
    (messageId: string) => setActive(before => (before?.messageId === messageId ? before : { messageId, focus: false })),
    [],
  );
  const { moreBefore = false, moreAfter = false } = held ?? {};
  const { newAfter } = useReadMarker(channel, moreAfter ? undefined : messages.at(-1)?.seq, atEnd);

  const apart = useRef(new Set<string>());
  const oldest = messages[0];
  if (moreBefore && oldest) apart.current.add(oldest.messageId);

  const items = useMemo(
    () => timelineItems({ messages, moreBefore, moreAfter, pending: onTheWay.list, meId: me.userId, newAfter, apart: apart.current }),
    [messages, moreBefore, moreAfter, onTheWay.list, me.userId, newAfter],
  );

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => rowHeight(items[index]!),
    getItemKey: index => items[index]!.key,
    overscan: 12,
    paddingStart: moreBefore ? olderPx : 0,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endPx,
  });
  useImperativeHandle(ref, () => ({ toEnd: () => virtual.scrollToEnd() }), [virtual]);

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
    if (!scroller.current) return;
    const observer = new ResizeObserver(() => {
      if (placed.current && atEndNow.current) virtual.scrollToEnd();
    });
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [virtual]);

  const first = virtual.range?.startIndex ?? items.length;
  useEffect(() => {
    if (placed.current) reach(first);
  }, [reach, first]);

  const newIndex = newAfter === undefined ? -1 : items.findIndex(item => item.kind === 'new');
  // The line is above what is in sight, or so far above that it is not held yet.
  const newFarAbove = newIndex < 0 && newAfter !== undefined && moreBefore && (oldest?.seq ?? 0) > newAfter;
  const newAbove = placed.current && (newFarAbove || (newIndex >= 0 && newIndex < first));

  const mayEdit = (message: Message) => message.authorId === me.userId && atLeast(me.role, 'member');
  const mayDelete = (message: Message) => mayEdit(message) || me.role === 'admin';

  const isActive = (item: TimelineItem) => item.kind === 'message' && item.message.messageId === active?.messageId;
  const move = (step: number) => {
    const from = items.findIndex(item => isActive(item));
    for (let index = (from < 0 ? items.length : from) + step; index >= 0 && index < items.length; index += step) {
      const item = items[index]!;
      if (item.kind !== 'message') continue;
      virtual.scrollToIndex(index, { align: 'auto' });
      setActive({ messageId: item.message.messageId, focus: true });
      return;
    }
  };

  useKeys(event => {
    if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = scroller.current?.contains(event.target as Node) ?? false;
    const item = inside ? items.find(isActive) : undefined;
    if (event.key === 'k' || (inside && event.key === 'ArrowUp')) move(-1);
    else if (event.key === 'j' || (inside && event.key === 'ArrowDown')) move(1);
    else if (inside && event.key === 'End') virtual.scrollToEnd();
    else if (item?.kind === 'message' && event.key === 'e' && mayEdit(item.message)) acts.edit(item.message);
    else if (item?.kind === 'message' && /^(?:Backspace|Delete)$/.test(event.key) && mayDelete(item.message)) acts.remove(item.message);
    else return;
    event.preventDefault();
  });

  if (failed !== undefined && !held) return <Failed error={failed} retry={open} />;

  const draw = (item: TimelineItem) => {
    switch (item.kind) {
      case 'start':
        return <TimelineStart channel={channel} called={called} />;
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
            namesMe={item.message.mentions?.includes(me.userId) ?? false}
            mayEdit={mayEdit(item.message)}
            mayDelete={mayDelete(item.message)}
            editing={item.message.messageId === editingId}
            tabbable={active ? isActive(item) : item === items.at(-1)}
            focused={active?.focus === true && isActive(item)}
            onActive={activate}
            acts={acts}
          />
        );
      case 'pending':
        return (
          <PendingRow
            pending={item.pending}
            joined={item.joined}
            left={onTheWay.isLeft(item.pending)}
            onRetry={() => onTheWay.retry(item.pending)}
            onDiscard={() => onTheWay.discard(item.pending)}
          />
        );
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
              {moreBefore && (
                <div className={styles.item}>
                  <SkeletonRows count={2} tall />
                </div>
              )}
              {virtual.getVirtualItems().map(row => (
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
