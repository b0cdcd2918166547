import { InvalidArgumentError } from 'commander';

/** The moment that a typed day begins at, in the zone of whoever types; a whole moment (2026-11-22T08:30) is itself. */
export function startOf(typed: string): number {
  return read(typed).at;
}

/** The moment before which a typed day is over. */
export function endOf(typed: string): number {
  const { at, isDay } = read(typed);
  return isDay ? new Date(at).setDate(new Date(at).getDate() + 1) : at;
}

function read(typed: string): { at: number; isDay: boolean } {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(typed);
  const date = new Date(isDay ? `${typed}T00:00` : typed);
  // Of a day that is none, such as 31 February, JavaScript makes another one.
  const isRight = /^\d{4}-\d\d-\d\d/.test(typed) && !Number.isNaN(date.getTime()) && (!isDay || date.getDate() === Number(typed.slice(8)));
  if (!isRight || date.getTime() < 0) throw new InvalidArgumentError('write a day, such as 2026-11-22.');
  return { at: date.getTime(), isDay };
}
