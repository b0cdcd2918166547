import { severity, siteState } from '@aerie/contract';
import type { Kysely } from 'kysely';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OpenConnections } from '../administration/connections.ts';
import type { BackupFigures } from '../backups/figures.ts';
import type { Committer } from '../store/commit.ts';
import type { StoreDialect } from '../store/dialect.ts';
import type { Tables } from '../store/schema.ts';
import { backupMetrics } from './backup-metrics.ts';
import { intakeCounts, measuredSites, openIncidentCounts, probeFigures } from './metrics.store.ts';
import { addProcessMetrics } from './process-metrics.ts';

export interface MetricsParts {
  store: { read: Kysely<Tables>; dialect: Pick<StoreDialect, 'bytes'> };
  committer: Pick<Committer, 'onApplied' | 'onWritten'>;
  version: string;
  connections(): OpenConnections;
  deliveries(): Promise<{ waiting: number; failed: number }>;
  backups(): Promise<BackupFigures>;
}

/** What became of an upload of a probe. */
export type ReportOutcome = 'taken' | 'known' | 'refused' | 'failed';

/** Figures for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** All figures as they are now. */
  text(): Promise<string>;
  countReport(outcome: ReportOutcome): void;
}

const severities = severity.options;
const siteStates = siteState.options;

/** Counts what passes by, and looks at the rest when it is asked. Labels are bounded: by what the code names, and by the sites there are. */
export function openMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry();
  const registers = [registry];
  addProcessMetrics(registry);
  new Gauge({ name: 'aerie_build_info', help: 'Always 1; the version is a label.', labelNames: ['version'], registers }).set(
    { version: parts.version },
    1,
  );
  const reports = new Counter({
    name: 'aerie_reports_total',
    help: 'Uploads of probes: taken, known already, refused, or failed on our side.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['taken', 'known', 'refused', 'failed']) reports.inc({ outcome }, 0);
  countCommits(parts, registers);
  const look = scrapedFigures(parts, registers);
  const lookAtBackups = backupMetrics(parts.backups, registers);
  return {
    contentType: registry.contentType,
    async text() {
      await Promise.all([look(), lookAtBackups()]);
      return await registry.metrics();
    },
    countReport: outcome => reports.inc({ outcome }),
  };
}

function countCommits({ committer }: MetricsParts, registers: Registry[]): void {
  const messages = new Counter({ name: 'aerie_messages_total', help: 'Messages that were said.', registers });
  committer.onApplied(events => {
    let said = 0;
    for (const { name } of events) if (name === 'message.created') said += 1;
    if (said > 0) messages.inc(said);
  });
  const seconds = new Histogram({
    name: 'aerie_commit_seconds',
    help: 'How long a commit took, its sync to disk included.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const units = new Histogram({
    name: 'aerie_commit_units',
    help: 'How many changes one commit made durable together.',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000],
    registers,
  });
  committer.onWritten(wrote => {
    seconds.observe(wrote.seconds);
    units.observe(wrote.units);
  });
}

/** Gauges that are set anew at each scrape. */
function scrapedFigures({ store, connections, deliveries }: MetricsParts, registers: Registry[]): () => Promise<void> {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) => new Gauge({ name, help, labelNames, registers });
  const open = gauge('aerie_connections', 'Live connections.', 'door', 'who');
  const connectedProbes = gauge('aerie_probes_connected', 'Probes that are connected.');
  const probes = gauge('aerie_probes', 'Probes that may report.');
  const spooled = gauge('aerie_spool_reports', 'Reports that probes still keep unsent, as they last said.');
  const sites = gauge('aerie_sites', 'Sites by state.', 'state');
  const incidents = gauge('aerie_incidents_open', 'Incidents that are not resolved.', 'severity');
  const told = gauge('aerie_deliveries', 'What is still to be told, and what was given up in the last 30 days.', 'state');
  const intake = gauge('aerie_intake_files', 'Dropped files that wait for somebody.', 'state');
  const bytes = gauge('aerie_database_bytes', 'Size of the database.');
  const stateOfSite = gauge('aerie_site_state', 'Always 1; the state of the site is a label.', 'site', 'state');
  const median = gauge('aerie_site_wan_median_seconds', 'Median round-trip time of the WAN. Absent: not measured.', 'site');
  const loss = gauge('aerie_site_wan_loss_ratio', 'Loss of the WAN, 0 to 1. Absent: not measured.', 'site');
  const devices = gauge('aerie_site_devices', 'Devices of a site.', 'site', 'seen');
  return async () => {
    const [rows, figures, bySeverity, byIntake, counts, size] = await Promise.all([
      measuredSites(store.read),
      probeFigures(store.read),
      openIncidentCounts(store.read),
      intakeCounts(store.read),
      deliveries(),
      store.dialect.bytes(store.read),
    ]);
    for (const one of [open, stateOfSite, median, loss, devices]) one.reset();
    let probesHere = 0;
    for (const { caller, actor } of connections().open()) {
      open.inc({ door: caller.door, who: actor.kind });
      if (actor.kind === 'probe') probesHere += 1;
    }
    connectedProbes.set(probesHere);
    probes.set(figures.probes);
    spooled.set(figures.spooled);
    for (const state of siteStates) sites.set({ state }, rows.filter(row => row.state === state).length);
    for (const one of severities) incidents.set({ severity: one }, bySeverity.get(one) ?? 0);
    for (const state of ['waiting', 'failed'] as const) told.set({ state }, counts[state]);
    for (const state of ['unassigned', 'quarantined']) intake.set({ state }, byIntake.get(state) ?? 0);
    bytes.set(size);
    for (const row of rows) {
      const site = row.code;
      stateOfSite.set({ site, state: row.state }, 1);
      if (row.wan_median_ms !== null) median.set({ site }, row.wan_median_ms / 1_000);
      if (row.wan_loss !== null) loss.set({ site }, row.wan_loss);
      devices.set({ site, seen: 'up' }, row.devices_up);
      devices.set({ site, seen: 'known' }, row.devices_known);
    }
  };
}
