import type { Language } from '@aerie/contract/errors';
import { useText } from './use-text.tsx';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How figures with a unit are said in a language. */
export interface Figures {
  /** A length of time by its greatest unit: "40 s", "4 min", "3 h", "2 days". */
  span(ms: number): string;
  /** A round length of time in words: "10 minutes", "8 hours", "7 days", "1 year". */
  length(ms: number): string;
  /** A latency: "0.05 ms", "12.4 ms", "224 ms". */
  latency(ms: number): string;
  /** A ratio from 0 to 1: "12 %". */
  percent(ratio: number): string;
}

function figuresIn(language: Language): Figures {
  const unit = (name: string, unitDisplay: 'short' | 'long', options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay, ...options });
  const seconds = unit('second', 'short');
  const minutes = unit('minute', 'short');
  const hours = unit('hour', 'short');
  const days = unit('day', 'long');
  const longMinutes = unit('minute', 'long');
  const longHours = unit('hour', 'long');
  const years = unit('year', 'long');
  const latency = unit('millisecond', 'short', { maximumSignificantDigits: 3 });
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  return {
    span: ms => {
      const size = Math.max(second, ms);
      if (size < minute) return seconds.format(Math.trunc(size / second));
      if (size < hour) return minutes.format(Math.trunc(size / minute));
      if (size < 2 * day) return hours.format(Math.trunc(size / hour));
      return days.format(Math.trunc(size / day));
    },
    length: ms => {
      if (ms % (365 * day) === 0) return years.format(ms / (365 * day));
      if (ms % day === 0) return days.format(ms / day);
      return ms % hour === 0 ? longHours.format(ms / hour) : longMinutes.format(ms / minute);
    },
    latency: ms => latency.format(ms),
    percent: ratio => percent.format(ratio),
  };
}

const made = new Map<Language, Figures>();

/** The figures of a language, made once. */
export function figuresOf(language: Language): Figures {
  let figures = made.get(language);
  if (!figures) {
    figures = figuresIn(language);
    made.set(language, figures);
  }
  return figures;
}

/** The figures of the language in use. */
export function useFigures(): Figures {
  return figuresOf(useText().language);
}
