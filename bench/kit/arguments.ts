import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** Says in one line what is wrong with what was typed. */
export class UsageError extends Error {}

/** The options among the arguments. @throws UsageError for one that there is not */
export function parsedOptions<T extends ParseArgsOptionsConfig>(args: string[], options: T) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError when it is no whole number from 1 to `most` */
export function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) throw new UsageError(`${flag} takes a whole number from 1 to ${most}.`);
  return value;
}

/** How long one run is measured, in seconds. @throws UsageError when it is no number from 0.2 to 60 */
export function measuredSeconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 60)) throw new UsageError('--seconds takes a number from 0.2 to 60.');
  return value;
}
