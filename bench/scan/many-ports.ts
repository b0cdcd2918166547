import { join } from 'node:path';
import { median } from '../kit/statistics.ts';
import { factsOfNmap, factsOfReport, wrongPorts } from './facts.ts';
import { probeFolder, scanOnce } from './harvester.ts';
import { Lan } from './lab/lan.ts';
import { type LabHost, type Line, openPorts, siteHosts } from './lab/site.ts';
import { type Row, rounded, type Setting } from './setting.ts';

export interface PortsRow extends Row {
  point: 'ports' | 'ports-plain' | 'ports-slow';
  seconds: number;
  /** Ports that are open, and how many of them the worst run missed or made up. */
  openPorts: number;
  wrong: number;
}

const lastPort = 1_024;
/** The way there and the way back: 100 ms in all, and two of a hundred packets lost on each. */
const slow: Line = { delayMs: 50, jitterMs: 0, lossPercent: 2 };

/**
 * The built-in scan of 1,024 ports of a site beside `nmap -sT -T4`: as the site is; with every port answering
 * at once; and the same with the probe behind a line that is slow and loses.
 */
export async function measurePorts(setting: Setting, point: PortsRow['point']): Promise<PortsRow[]> {
  const { cores, runs, oldRuns, isQuick, note } = setting;
  // nmap takes minutes there.
  const peerRuns = point === 'ports-slow' ? Math.min(runs, oldRuns) : runs;
  const core = cores.server;
  const all: readonly LabHost[] = point === 'ports' ? siteHosts : siteHosts.map(({ line, filtered, ...host }) => host);
  // Of the few, one filters.
  const hosts = isQuick ? all.slice(9, 13) : all;
  const lan = await Lan.open({ folder: setting.folder, hosts, core: cores.load, ...(point === 'ports-slow' ? { line: slow } : {}) });
  try {
    const truth = openPorts(
      hosts,
      number => lan.address(number),
      port => port <= lastPort,
    );
    const addresses = hosts.map(({ number }) => lan.address(number));
    // nmap is under no limit but its own either.
    const policy = { ranges: addresses, ports: `1-${lastPort}`, packetsPerSecond: 100_000 };
    const measured = { aerie: [] as Sample[], nmap: [] as Sample[] };
    for (let run = 1; run <= runs; run++) {
      const folder = probeFolder(join(setting.folder, `${point}-${run}`), policy);
      const ours = await scanOnce(lan, folder, { core, withoutNmap: true });
      measured.aerie.push({ seconds: ours.seconds, wrong: wrongPorts(factsOfReport(ours.report), truth) });
      if (run <= peerRuns) {
        const theirs = await lan.run(['nmap', '-n', '-sT', '-T4', '-p', `1-${lastPort}`, '-oX', '-', ...addresses], { core });
        measured.nmap.push({ seconds: theirs.seconds, wrong: wrongPorts(factsOfNmap(theirs.stdout), truth) });
      }
      const words = Object.entries(measured).map(
        ([name, all]) => `${name} ${all.at(-1)!.seconds.toFixed(2)} s, ${all.at(-1)!.wrong} wrong`,
      );
      note(`${point}, run ${run} of ${runs}: ${words.join('; ')}`);
    }
    const seconds = { aerie: median(measured.aerie.map(one => one.seconds)), nmap: median(measured.nmap.map(one => one.seconds)) };
    return (['aerie', 'nmap'] as const).map(server => ({
      name: 'scan',
      point,
      server,
      n: hosts.length,
      runs: measured[server].length,
      seconds: rounded(seconds[server]),
      ...(server === 'nmap' ? { ratio: rounded(seconds.nmap / seconds.aerie) } : {}),
      openPorts: truth.size,
      wrong: Math.max(...measured[server].map(one => one.wrong)),
    }));
  } finally {
    lan.down();
  }
}

interface Sample {
  seconds: number;
  wrong: number;
}
