import type { IncidentStep } from '@aerie/contract';
import type { Words } from './sentences.ts';

const quiet = ['maintenance', 'folded', 'paused', 'storm'] as const;

/** One line of a timeline in words. */
export function stepSentence({ kind, by, text }: IncidentStep, now: number, { t, times }: Pick<Words, 't' | 'times'>): string {
  switch (kind) {
    case 'acknowledged':
      return t('steps.acknowledged', { by: by ?? '–' });
    case 'assigned':
      if (text === null) return t('steps.unassigned', { by: by ?? '–' });
      return text === by ? t('steps.taken', { by }) : t('steps.assigned', { by: by ?? '–', to: text });
    case 'snoozed':
      return t('steps.snoozed', { by: by ?? '–', when: times.near(Number(text), now) });
    case 'woken':
      return by === null ? t('steps.woken') : t('steps.wokenBy', { by });
    case 'noted':
      return t('steps.noted', { by: by ?? '–' });
    case 'folded':
      return text === null ? t('steps.foldedPlain') : t('steps.folded', { cause: text });
    case 'told':
      return text === null ? t('steps.told') : t('steps.toldTo', { to: text });
    case 'not_told': {
      const reason = quiet.find(each => each === text);
      return reason ? t(`steps.not_told.${reason}`) : t('steps.not_told');
    }
    case 'resolved':
      return by === null ? t('steps.resolved') : t('steps.resolvedBy', { by });
    default:
      return t(`steps.${kind}`);
  }
}

/** What somebody wrote with a step. */
export function stepNote({ kind, text }: IncidentStep): string | undefined {
  return text !== null && text !== '' && (kind === 'noted' || kind === 'acknowledged' || kind === 'resolved') ? text : undefined;
}

/** Tomorrow at eight, on the reader's clocks. */
export function tomorrowMorning(now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, 8).getTime();
}
