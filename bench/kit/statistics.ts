/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The value that a share (0 to 1) of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no quantile of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** The median of each number field of several runs of the same thing. */
export function mediansOf<K extends string>(runs: readonly Record<K, number>[], fields: readonly K[]): Record<K, number> {
  return Object.fromEntries(fields.map(field => [field, median(runs.map(run => run[field]))])) as Record<K, number>;
}

/** Rounded to so many significant digits: a figure should not look more exact than it is. */
export function significant(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
