import type { Config } from '../config.ts';
import { stderrLog } from '../log.ts';
import { systemSources } from '../report.ts';
import { Harvester } from '../run.ts';
import { meansHere, scan } from '../scan/scan.ts';
import { readVersion } from '../version.ts';
import { wanWatch } from '../wan/wan.ts';

/** Runs the probe until it is told to stop. Prints `ready` when it works. */
export async function run({ data, nester, pin }: Config): Promise<void> {
  const log = stderrLog();
  const harvester = new Harvester({
    folder: data,
    nester: nester === undefined ? undefined : { url: nester, pin },
    version: readVersion().version,
    log,
    sources: { ...systemSources, wan: wanWatch(), scan: request => scan(request, meansHere()) },
  });
  const ended = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ended.resolve);
  await harvester.start();
  process.stdout.write('ready\n');
  const signal = await ended.promise;
  log.info('STOP', 'The Harvester stops', { signal });
  await harvester.stop();
  log.info('STOP', 'The Harvester has stopped');
}
