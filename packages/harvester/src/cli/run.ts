import { sdNotify } from '@aerie/service/sd-notify';
import type { Config } from '../config.ts';
import { addressText } from '../dashboard/address.ts';
import { Dashboard, passwordFor } from '../dashboard/dashboard.ts';
import { readIdentity } from '../identity.ts';
import { type Log, stderrLog } from '../log.ts';
import { systemSources } from '../report.ts';
import { Harvester } from '../run.ts';
import { meansHere, scan } from '../scan/scan.ts';
import { readCommit, readVersion } from '../version.ts';
import { wanWatch } from '../wan/wan.ts';

/** Runs the probe until it is told to stop. Prints `ready http=…` when it works. */
export async function run(config: Config): Promise<void> {
  const { data, nester, pin } = config;
  const log = stderrLog();
  // Before anything begins: a dashboard that would be open to all keeps the probe from starting.
  const dashboard = config.http && { listen: config.http, password: passwordFor(data, config.http) };
  const harvester = new Harvester({
    folder: data,
    nester: { url: nester, pin, proxy: config.proxy },
    keep: { keepMs: config.spoolDays * 86_400_000, keepBytes: config.spoolMebibytes * 1024 ** 2 },
    version: readVersion().version,
    log,
    sources: { ...systemSources, wan: wanWatch(), scan: request => scan(request, meansHere()) },
  });
  const ended = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ended.resolve);
  await harvester.start();
  const opened = dashboard ? await openDashboard({ ...dashboard, config, harvester, log }) : undefined;
  process.stdout.write(opened ? `ready http=${opened.address}\n` : 'ready\n');
  const service = sdNotify(process.env, reason => log.warning('START', 'The service manager cannot be told', { reason }));
  service.ready(opened ? `Ready: dashboard ${opened.address}` : 'Ready, without a dashboard');
  const signal = await ended.promise;
  log.info('STOP', 'The Harvester stops', { signal });
  service.stopping('Stopping: what runs is ended, what was found is kept');
  await opened?.dashboard.stop();
  await harvester.stop();
  log.info('STOP', 'The Harvester has stopped');
}

interface DashboardRequest extends Pick<ConstructorParameters<typeof Dashboard>[0], 'listen' | 'password' | 'log'> {
  config: Config;
  harvester: Harvester;
  log: Log;
}

/** A port that is taken keeps the dashboard away, not the probe: what it measures matters more than its pages. */
async function openDashboard({
  config,
  harvester,
  ...parts
}: DashboardRequest): Promise<{ dashboard: Dashboard; address: string } | undefined> {
  const dashboard = new Dashboard({
    ...parts,
    folder: config.data,
    probe: harvester,
    identity: () => readIdentity(config.data).identity,
    nesterUrl: config.nester ?? readIdentity(config.data).identity.url,
    version: { ...readVersion(), commit: readCommit() },
  });
  try {
    return { dashboard, address: await dashboard.start() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there' : message;
    parts.log.error('START', 'The dashboard cannot listen; the probe works without it. Choose another address with HARVESTER_HTTP', {
      reason,
      address: addressText(parts.listen),
    });
    return undefined;
  }
}
