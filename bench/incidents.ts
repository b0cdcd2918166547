/** npm run bench -- incidents: what it costs to judge a thousand sites of fifty devices by all rules, at one moment. */
import { firstIncidentRules, type IncidentRules } from '../packages/contract/src/index.ts';
import type { SiteWatch, Surroundings } from '../packages/nester/src/incidents/draft.ts';
import { dueAt, type Input, passed, reported, seen, step } from '../packages/nester/src/incidents/machine.ts';
import { emptyWatch } from '../packages/nester/src/incidents/watch.ts';
import { parsedOptions, UsageError, wholeNumber } from './kit/arguments.ts';
import { median, significant } from './kit/statistics.ts';
import { table } from './kit/table.ts';

const usage = `npm run bench -- incidents [--json] [--sites 1000] [--devices 50] [--runs 15]

  --json     one JSON array instead of a table
  --sites    how many there are
  --devices  of each
  --runs     how often each is measured; medians are shown`;

const minute = 60_000;
const rules: IncidentRules = { ...firstIncidentRules, 'device.gone': { ...firstIncidentRules['device.gone'], only: 'all' } };

interface Row {
  name: 'incidents';
  point: string;
  n: number;
  ms: number;
  demanded: string;
}

let ids = 0;

function around(site: string, at: number): Surroundings {
  return { at, rules, probes: [`p-${site}`], inMaintenance: false, isStorm: () => false, newId: () => `i${++ids}` };
}

function stepped(watch: SiteWatch, at: number, ...inputs: Input[]): SiteWatch {
  let state = watch;
  for (const input of inputs) state = step(state, around(watch.siteId, at), input)?.next ?? state;
  return state;
}

/** Sites whose last report was a moment ago, with all devices up. */
function calmSites(sites: number): SiteWatch[] {
  return Array.from({ length: sites }, (_, i) => ({ ...emptyWatch(`site-${i}`), awaits: 'nothing' as const }));
}

/** The same with every device gone since a moment ago. */
function goneSites(calm: readonly SiteWatch[], devices: number): SiteWatch[] {
  return calm.map(watch => {
    const observations = Array.from({ length: devices }, (_, i) =>
      seen({ siteId: watch.siteId, rule: 'device.gone', subjectId: `d${i}`, subject: `host-${i}`, isBad: true, detail: {}, marks: [] }),
    );
    return stepped(watch, 0, ...observations);
  });
}

function measure(runs: number, work: () => void): number {
  const taken: number[] = [];
  for (let run = -2; run < runs; run++) {
    const begin = performance.now();
    work();
    if (run >= 0) taken.push(performance.now() - begin);
  }
  return median(taken);
}

function run(sites: number, devices: number, runs: number): Row[] {
  const calm = calmSites(sites);
  const gone = goneSites(calm, devices);
  const open = gone.map(watch => stepped(watch, 10 * minute, passed));
  const report = (watch: SiteWatch) =>
    reported({ siteId: watch.siteId, probeId: `p-${watch.siteId}`, machine: 'vm', kind: 'full', wan: { medianMs: 900, loss: 0 } });
  const due = (watches: readonly SiteWatch[]) => () => {
    for (const watch of watches) dueAt(watch, rules);
  };
  const at = (time: number, watches: readonly SiteWatch[], input: (watch: SiteWatch) => Input) => () => {
    for (const watch of watches) step(watch, around(watch.siteId, time), input(watch));
  };
  const points: [string, string, () => void][] = [
    ['is anything due, all well', '', due(calm)],
    ['is anything due, every device gone', '', due(gone)],
    ['time passes, every device about to count', '100 ms', at(minute, gone, () => passed)],
    ['time passes, every device an incident', '100 ms', at(20 * minute, open, () => passed)],
    ['a report of each site, all well', '100 ms', at(minute, calm, report)],
    ['a report of each site, every device an incident', '100 ms', at(20 * minute, open, report)],
    ['every device becomes an incident at once', '', at(10 * minute, gone, () => passed)],
  ];
  return points.map(([point, demanded, work]) => ({
    name: 'incidents',
    point,
    n: sites * devices,
    ms: significant(measure(runs, work), 3),
    demanded,
  }));
}

try {
  const options = parsedOptions(process.argv.slice(2), {
    help: { type: 'boolean' },
    json: { type: 'boolean' },
    sites: { type: 'string', default: '1000' },
    devices: { type: 'string', default: '50' },
    runs: { type: 'string', default: '15' },
  });
  if (options.help) console.log(usage);
  else {
    const [sites, devices] = [wholeNumber('--sites', options.sites, 100_000), wholeNumber('--devices', options.devices, 10_000)];
    const rows = run(sites, devices, wholeNumber('--runs', options.runs, 1_000));
    if (options.json) console.log(JSON.stringify(rows));
    else
      console.log(
        table(
          ['point', 'devices', 'ms', 'demanded'],
          rows.map(row => [row.point, row.n, row.ms, row.demanded]),
        ),
      );
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
