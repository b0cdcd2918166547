import { measuredSeconds, parsedOptions, UsageError, wholeNumber } from '../kit/arguments.ts';
import { points } from './points.ts';

/** What can be asked for with --only, in the order in which it is measured. */
const keys = [...points.map(point => point.key), 'idle', 'log-ins', 'history', 'fire'];

export const usage = `npm run bench -- chat [--json] [--only KEY]… [--runs 5] [--seconds 1.2] [--quick] [--no-install] [--profile]
  --json        one JSON array on standard output; remarks go to standard error
  --only        only this: ${keys.join(', ')}; or speed, for the first five
  --runs        how often each server is measured at each point; the medians are shown
  --seconds     measured time of one run
  --quick       once, with few members for a moment: to see that everything works
  --no-install  install no missing peers; they are left out
  --profile     run Aerie once at each point under the profiler instead, and show where its time goes`;

export interface Options {
  isJson: boolean;
  isQuick: boolean;
  isProfile: boolean;
  mayInstall: boolean;
  isHelp: boolean;
  runs: number;
  seconds: number;
  /** Keys of what is to be measured. */
  only: readonly string[];
}

/** @throws UsageError that says what is wrong. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    json: flag,
    quick: flag,
    'no-install': flag,
    profile: flag,
    help: flag,
    runs: text,
    seconds: text,
    only: { ...text, multiple: true },
  } as const;
  const values = parsedOptions(args, options);
  const isQuick = values.quick;
  const runs = wholeNumber('--runs', values.runs ?? (isQuick ? '1' : '5'), 50);
  const seconds = measuredSeconds(values.seconds ?? (isQuick ? '0.5' : '1.2'));
  const asked = (values.only ?? keys).flatMap(key => (key === 'speed' ? points.map(point => point.key) : [key]));
  const unknown = asked.find(key => !keys.includes(key));
  if (unknown !== undefined) throw new UsageError(`There is no point "${unknown}".`);
  const only = keys.filter(key => asked.includes(key));
  return {
    isJson: values.json,
    isQuick,
    isProfile: values.profile,
    mayInstall: !values['no-install'],
    isHelp: values.help,
    runs,
    seconds,
    only,
  };
}
