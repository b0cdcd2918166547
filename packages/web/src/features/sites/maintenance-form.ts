import type { CommandInput } from '@aerie/contract';

const hourMs = 3_600_000;

export type Announcement = CommandInput<'maintenance.create'>;

/** What a form that announces maintenance holds. */
export interface MaintenanceDraft {
  title: string;
  kind: 'once' | 'weekly';
  from: string;
  to: string;
  days: readonly number[];
  clockFrom: string;
  clockTo: string;
  everywhere: boolean;
}

/** What a form begins with: two hours, on the clocks of a zone. */
export function newDraft(from: number, zone: string): MaintenanceDraft {
  return {
    title: '',
    kind: 'once',
    from: localMoment(from, zone),
    to: localMoment(from + 2 * hourMs, zone),
    days: [7],
    clockFrom: '22:00',
    clockTo: '23:00',
    everywhere: false,
  };
}

/** What is announced at some sites; undefined while something is missing or ends before it begins. */
export function announcement(draft: MaintenanceDraft, chosen: readonly string[]): Announcement | undefined {
  const { kind, from, to, days, clockFrom, clockTo } = draft;
  const title = draft.title.trim();
  const siteIds = draft.everywhere ? null : [...chosen];
  if (title === '') return undefined;
  if (kind === 'once') {
    const times = { from: from.slice(0, 16), to: to.slice(0, 16) };
    return times.from !== '' && times.from < times.to ? { title, siteIds, times: { once: times } } : undefined;
  }
  if (days.length === 0 || clockFrom === '' || clockTo === '' || clockFrom === clockTo) return undefined;
  return { title, siteIds, times: { weekly: { days: days.toSorted(), from: clockFrom, to: clockTo } } };
}

/** A moment as a field for local times shows it, on the clocks of a zone: 2026-11-29T02:30. */
export function localMoment(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find(each => each.type === type)?.value;
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}
