import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report, ReportedHost } from '@aerie/contract/reports';
import { reportName } from '../src/report-name.ts';
import { bareHost } from '../src/scan/findings.ts';

/** A report of loopback that found nothing, but for what is given. */
export function reportOf(given: Partial<Report> = {}): Report {
  const finishedAt = given.finishedAt ?? Date.UTC(2026, 10, 22, 9);
  return {
    v: 1,
    reportId: `report-${finishedAt}`,
    probeId: 'probe-1',
    version: '0.1.0',
    scanner: 'tcp',
    startedAt: finishedAt - 2_000,
    finishedAt,
    targets: ['10.0.0.0/24'],
    ports: '22,80,443',
    machine: { name: 'probe', addresses: ['10.0.0.2'] },
    hosts: [],
    wan: [],
    missing: [],
    ...given,
  };
}

/** A host that is up, with what is given of it. */
export function hostOf(address: string, given: Partial<ReportedHost> = {}): ReportedHost {
  return { ...bareHost(address, 'up'), ...given };
}

export function portOf(port: number, state: 'open' | 'closed' | 'filtered' = 'open'): ReportedHost['ports'][number] {
  return { port, protocol: 'tcp', state, service: null, product: null, version: null };
}

/** Puts a report into a probe's folder as the probe does. @returns the name of its file */
export function keepReport(folder: string, report: Report, { waiting = false } = {}): string {
  const name = reportName(new Date(report.finishedAt));
  for (const part of ['reports', 'spool']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'reports', name), JSON.stringify(report));
  utimesSync(join(folder, 'reports', name), report.finishedAt / 1_000, report.finishedAt / 1_000);
  if (waiting) writeFileSync(join(folder, 'spool', name), '');
  return name;
}
