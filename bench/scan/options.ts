import { parsedOptions, UsageError, wholeNumber } from '../kit/arguments.ts';

/** What can be asked for with --only, in the order in which it is measured. */
const keys = ['site', 'ports', 'ports-plain', 'ports-slow', 'sweep', 'idle', 'backlog'] as const;
export type Key = (typeof keys)[number];

export const usage = `npm run bench -- scan [--json] [--only KEY]… [--runs 5] [--old-runs 1] [--old-hosts 20] [--quick] [--no-install]
  --json        one JSON array on standard output; remarks go to standard error
  --only        only this: ${keys.join(', ')}
  --runs        how often each thing is measured; the medians are shown
  --old-runs    how often what takes minutes is measured: the old way of scanning, and nmap on a slow line
  --old-hosts   how many hosts the old way scans; with fewer than all, its time is scaled, and the rows say so
  --quick       once, few hosts, few reports: to see that everything works
  --no-install  install no missing programs`;

export interface Options {
  isJson: boolean;
  isQuick: boolean;
  mayInstall: boolean;
  isHelp: boolean;
  runs: number;
  oldRuns: number;
  oldHosts: number;
  only: readonly Key[];
}

/** @throws UsageError that says what is wrong. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    json: flag,
    quick: flag,
    'no-install': flag,
    help: flag,
    runs: text,
    'old-runs': text,
    'old-hosts': text,
    only: { ...text, multiple: true },
  } as const;
  const values = parsedOptions(args, options);
  const { quick: isQuick } = values;
  const asked = values.only ?? keys;
  const unknown = asked.find(key => !keys.includes(key as Key));
  if (unknown !== undefined) throw new UsageError(`There is no point "${unknown}".`);
  return {
    isJson: values.json,
    isQuick,
    mayInstall: !values['no-install'],
    isHelp: values.help,
    runs: wholeNumber('--runs', values.runs ?? (isQuick ? '1' : '5'), 50),
    oldRuns: wholeNumber('--old-runs', values['old-runs'] ?? '1', 50),
    oldHosts: wholeNumber('--old-hosts', values['old-hosts'] ?? (isQuick ? '2' : '20'), 20),
    only: keys.filter(key => asked.includes(key)),
  };
}
