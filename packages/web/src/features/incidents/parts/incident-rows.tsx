import type { Incident } from '@aerie/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { SkeletonRows } from '../../../ui/blank.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from '../page.module.css';
import { mostOngoing, useAcknowledge, useIncident } from '../queries.ts';
import { incidentSentence } from '../sentences.ts';
import { type Asked, IncidentDialogs } from './act-dialogs.tsx';
import { IncidentRow } from './incident-row.tsx';
import { noteFieldId } from './note-field.tsx';

interface IncidentRowsProps {
  ongoing: readonly Incident[];
  over: readonly Incident[];
  showsOngoing: boolean;
  openId: string | undefined;
  /** Older ones are asked for; undefined when that was all. */
  onMore: (() => void) | undefined;
}

type Item =
  | { kind: 'heading'; key: 'ongoing' | 'over'; count: number | undefined }
  | { kind: 'quiet' | 'most' | 'more'; key: string }
  | { kind: 'incident'; key: string; incident: Incident };

const rowPx = { heading: 42, quiet: 36, most: 36, more: 120, incident: 61 };

/** The rows of incidents, as many as are in sight; j and k move, Enter opens, a, s, r and n act. */
export function IncidentRows({ ongoing, over, showsOngoing, openId, onMore }: IncidentRowsProps) {
  const { t, sentence } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const acknowledge = useAcknowledge();
  const [activeId, setActiveId] = useState<string | undefined>(openId);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<Asked>();
  const focusNext = useRef<string>(undefined);
  const scroller = useRef<HTMLElement>(null);

  const items = useMemo<Item[]>(() => {
    const row = (incident: Incident): Item => ({ kind: 'incident', key: incident.incidentId, incident });
    const all: Item[] = [];
    if (showsOngoing) {
      all.push({ kind: 'heading', key: 'ongoing', count: ongoing.length });
      if (ongoing.length === 0) all.push({ kind: 'quiet', key: 'quiet' });
      all.push(...ongoing.map(row));
      if (ongoing.length >= mostOngoing) all.push({ kind: 'most', key: 'most' });
    }
    if (over.length > 0) all.push({ kind: 'heading', key: 'over', count: undefined }, ...over.map(row));
    if (onMore) all.push({ kind: 'more', key: `more ${over.length}` });
    return all;
  }, [ongoing, over, showsOngoing, onMore]);

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => rowPx[items[index]!.kind],
    getItemKey: index => items[index]!.key,
    overscan: 8,
  });
  const shown = virtual.getVirtualItems();
  const atEnd = shown.some(row => items[row.index]?.kind === 'more');
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each length of the list
  useEffect(() => {
    if (atEnd) onMore?.();
  }, [atEnd, over.length]);

  const take = useCallback(
    (incident: Incident) => {
      if (incident.state !== 'open') return;
      acknowledge.mutate(incident.incidentId, {
        onSuccess: () => say(t('incident.acknowledged')),
        onError: error => say(sentence(error), 'bad'),
      });
    },
    [acknowledge.mutate, say, sentence, t],
  );
  const move = (step: number) => {
    const from = items.findIndex(item => item.key === activeId);
    for (let at = from + step; at >= 0 && at < items.length; at += step) {
      const item = items[at]!;
      if (item.kind !== 'incident') continue;
      virtual.scrollToIndex(at, { align: 'auto' });
      focusNext.current = item.key;
      setActiveId(item.key);
      // With a timeline beside the list, moving reads one after the other.
      if (openId !== undefined)
        void navigate({ to: '/incidents/$incidentId', params: { incidentId: item.key }, search: true, replace: true });
      return;
    }
  };
  useKeys(event => {
    if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return;
    const item = items.find(each => each.key === (activeId ?? openId));
    const incident = item?.kind === 'incident' ? item.incident : undefined;
    if (event.key === 'j' || event.key === 'ArrowDown') move(1);
    else if (event.key === 'k' || event.key === 'ArrowUp') move(-1);
    else if (!incident) return;
    else if (event.key === 'a') take(incident);
    else if (event.key === 's' && incident.state !== 'resolved') setAsked({ what: 'snooze', incident });
    else if (event.key === 'r' && incident.state !== 'resolved') setAsked({ what: 'resolve', incident });
    else if (event.key === 'n') {
      if (openId === incident.incidentId) document.getElementById(noteFieldId)?.focus();
      else
        void navigate({
          to: '/incidents/$incidentId',
          params: { incidentId: incident.incidentId },
          search: true,
          state: { note: true },
        });
    } else return;
    event.preventDefault();
  });
  // Once it is drawn, the row that was moved to has the focus.
  useEffect(() => {
    const wanted = focusNext.current;
    if (wanted === undefined) return;
    const link = scroller.current?.querySelector<HTMLElement>(`[data-incident="${CSS.escape(wanted)}"]`);
    if (!link) return;
    focusNext.current = undefined;
    link.focus();
  });

  const toggle = (incidentId: string) =>
    setUnfolded(held => {
      const next = new Set(held);
      if (!next.delete(incidentId)) next.add(incidentId);
      return next;
    });
  const draw = (item: Item) => {
    switch (item.kind) {
      case 'heading':
        return (
          <h2 className={styles.group}>
            {t(`incidents.${item.key}`)}
            {item.count !== undefined && item.count > 0 && <span>{item.count}</span>}
          </h2>
        );
      case 'quiet':
        return <p className={styles.quiet}>{t('incidents.quiet')}</p>;
      case 'most':
        return <p className={styles.quiet}>{t('incidents.most', { count: mostOngoing })}</p>;
      case 'more':
        return <SkeletonRows count={2} tall />;
      default: {
        const { incident } = item;
        const open = unfolded.has(incident.incidentId);
        return (
          <ul>
            <IncidentRow
              incident={incident}
              open={incident.incidentId === openId}
              busy={acknowledge.isPending && acknowledge.variables === incident.incidentId}
              onAcknowledge={() => take(incident)}
              onFocus={() => setActiveId(incident.incidentId)}
            >
              {incident.folded > 0 && (
                <div className={styles.folded}>
                  <button type="button" aria-expanded={open} onClick={() => toggle(incident.incidentId)}>
                    {open ? t('incidents.fold') : t('incident.folded', { count: incident.folded })}
                  </button>
                  {open && <Folded incidentId={incident.incidentId} />}
                </div>
              )}
            </IncidentRow>
          </ul>
        );
      }
    }
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section ref={scroller} className={styles.body} tabIndex={0} aria-label={t('rooms.incidents')}>
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map(row => (
          <div
            key={row.key}
            data-index={row.index}
            ref={virtual.measureElement}
            className={styles.place}
            style={{ transform: `translateY(${row.start}px)` }}
          >
            {draw(items[row.index]!)}
          </div>
        ))}
      </div>
      {asked && <IncidentDialogs asked={asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

/** What is folded under an incident. */
function Folded({ incidentId }: { incidentId: string }) {
  const { t, sentence } = useText();
  const { data, error } = useIncident(incidentId);
  if (!data) return error ? <p>{sentence(error)}</p> : <SkeletonRows count={2} />;
  return (
    <ul className={styles.under}>
      {data.folded.map(each => (
        <li key={each.incidentId}>
          <Link to="/incidents/$incidentId" params={{ incidentId: each.incidentId }} search={true}>
            {incidentSentence(each, t)}
          </Link>
        </li>
      ))}
    </ul>
  );
}
