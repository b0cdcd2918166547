import { join } from 'node:path';
import { median } from '../kit/statistics.ts';
import { factsOfNmap } from './facts.ts';
import { probeFolder, scanOnce } from './harvester.ts';
import { Lan } from './lab/lan.ts';
import { type Row, rounded, type Setting } from './setting.ts';

export interface SweepRow extends Row {
  point: 'sweep';
  seconds: number;
}

const present = 200;

/** Who is there, of a /24 with two hundred simulated hosts. */
export async function measureSweep({ folder, cores, runs, isQuick, note }: Setting): Promise<SweepRow[]> {
  const crowd = isQuick ? 20 : present;
  const core = cores.server;
  const lan = await Lan.open({ folder, hosts: [], crowd, core: cores.load });
  try {
    const samples = { aerie: [] as number[], nmap: [] as number[] };
    for (let run = 1; run <= runs; run++) {
      const data = probeFolder(join(folder, `sweep-${run}`), { ranges: [lan.cidr], exclude: [lan.ownAddress] });
      const { seconds, report } = await scanOnce(lan, data, { core, args: ['--sweep'] });
      const up = report.hosts.filter(({ status }) => status === 'up').length;
      if (up !== crowd) throw new Error(`The sweep found ${up} of ${crowd} hosts. These figures would be wrong.`);
      samples.aerie.push(seconds);
      const peer = await lan.run(['nmap', '-sn', '-n', '-oX', '-', lan.cidr], { core });
      const seen = [...factsOfNmap(peer.stdout).keys()].filter(address => address !== lan.ownAddress).length;
      samples.nmap.push(peer.seconds);
      note(`sweep, run ${run} of ${runs}: ${seconds.toFixed(2)} s; nmap -sn -n ${peer.seconds.toFixed(2)} s, ${seen} hosts`);
    }
    const [ours, theirs] = [median(samples.aerie), median(samples.nmap)];
    const base = { name: 'scan', point: 'sweep', n: crowd, runs } as const;
    return [
      { ...base, server: 'aerie', seconds: rounded(ours) },
      { ...base, server: 'nmap', seconds: rounded(theirs), ratio: rounded(theirs / ours) },
    ];
  } finally {
    lan.down();
  }
}
