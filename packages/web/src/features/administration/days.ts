/** A day of a date field (2026-11-22) as the moment at which it begins here; `after` days later. */
export function dayStart(day: string | undefined, after = 0): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? '') ?? [];
  if (year === undefined) return undefined;
  const at = new Date(Number(year), Number(month) - 1, Number(date) + after).getTime();
  return at >= 0 ? at : undefined;
}
