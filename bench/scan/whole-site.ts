import { join } from 'node:path';
import { median } from '../kit/statistics.ts';
import { type Counts, countsOf, differences, factsOfReport, wrongPorts } from './facts.ts';
import { probeFolder, type Scan, scanOnce } from './harvester.ts';
import { Lan } from './lab/lan.ts';
import { openPorts, siteHosts, sitePorts } from './lab/site.ts';
import { type OldWay, scanTheOldWay } from './old-way.ts';
import { type Row, rounded, type Setting } from './setting.ts';

export interface SiteRow extends Row, Counts {
  point: 'site';
  seconds: number;
  /** On our rows: open ports that were missed or made up. */
  wrong?: number;
  /** Of the old way, when not all hosts were scanned: so many, and its time is scaled. */
  scaledFrom?: number;
  /** On the old way's row: how much faster a pass of ours is in which nothing changed. */
  unchangedRatio?: number;
  /** On the old way's row: facts that the two do not share. */
  differences?: number;
}

/** The old way of scanning a site beside ours, with name servers that answer and that do not. */
export async function measureSite(setting: Setting): Promise<SiteRow[]> {
  const lan = await Lan.open({ folder: setting.folder, hosts: siteHosts, core: setting.cores.load });
  try {
    const rows: SiteRow[] = [];
    for (const withoutNames of [false, true]) rows.push(...(await measureNames(setting, lan, withoutNames)));
    return rows;
  } finally {
    lan.down();
  }
}

async function measureNames(setting: Setting, lan: Lan, withoutNames: boolean): Promise<SiteRow[]> {
  const { cores, runs, oldRuns, oldHosts, note } = setting;
  const names = withoutNames ? 'dead resolver' : 'resolver';
  const core = cores.server;
  const first: Scan[] = [];
  const again: Scan[] = [];
  for (let run = 1; run <= runs; run++) {
    // A new folder each time: a probe that has never been here.
    const folder = probeFolder(join(setting.folder, `site-${withoutNames}-${run}`), {
      ranges: [lan.cidr],
      exclude: [lan.ownAddress],
      ports: sitePorts,
    });
    first.push(await scanOnce(lan, folder, { core, withoutNames }));
    again.push(await scanOnce(lan, folder, { core, withoutNames }));
    note(`${names}, run ${run} of ${runs}: ${first.at(-1)!.seconds.toFixed(1)} s, then unchanged ${again.at(-1)!.seconds.toFixed(1)} s`);
  }
  const old: OldWay[] = [];
  for (let run = 1; run <= oldRuns; run++) {
    old.push(await scanTheOldWay(lan, { ports: sitePorts, core, withoutNames, mostHosts: oldHosts }));
    const { seconds, hostsScanned, hostsFound } = old.at(-1)!;
    const scaled = hostsScanned < hostsFound ? `, scaled from ${hostsScanned} of ${hostsFound} hosts` : '';
    note(`${names}, the old way, run ${run} of ${oldRuns}: ${seconds.toFixed(1)} s${scaled}`);
  }
  return rowsOf(
    names,
    { first, again, old },
    openPorts(siteHosts, number => lan.address(number)),
    note,
  );
}

function rowsOf(
  names: string,
  { first, again, old }: { first: Scan[]; again: Scan[]; old: OldWay[] },
  truth: ReadonlySet<string>,
  note: Setting['note'],
): SiteRow[] {
  const [ours, unchanged, theirs] = [first, again, old].map(all => median(all.map(({ seconds }) => seconds))) as [number, number, number];
  const [facts, kept, { facts: oldFacts, hostsFound, hostsScanned }] = [
    factsOfReport(first.at(-1)!.report),
    factsOfReport(again.at(-1)!.report),
    old.at(-1)!,
  ];
  const differing = differences(facts, oldFacts);
  for (const line of differing) note(`  ${line}`);
  const forgotten = differences(kept, facts);
  for (const line of forgotten) note(`  the unchanged pass differs: ${line}`);
  const base = { name: 'scan', point: 'site' } as const;
  return [
    {
      ...base,
      case: names,
      server: 'aerie',
      n: facts.size,
      runs: first.length,
      seconds: rounded(ours),
      ...countsOf(facts),
      wrong: wrongPorts(facts, truth),
    },
    {
      ...base,
      case: `${names}, unchanged`,
      server: 'aerie',
      n: kept.size,
      runs: again.length,
      seconds: rounded(unchanged),
      ...countsOf(kept),
      wrong: wrongPorts(kept, truth),
      differences: forgotten.length,
    },
    {
      ...base,
      case: names,
      server: 'old way',
      n: hostsFound,
      runs: old.length,
      seconds: rounded(theirs),
      ...countsOf(oldFacts),
      ratio: rounded(theirs / ours),
      unchangedRatio: rounded(theirs / unchanged),
      differences: differing.length,
      ...(hostsScanned < hostsFound ? { scaledFrom: hostsScanned } : {}),
    },
  ];
}
