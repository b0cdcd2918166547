import { gunzipSync } from 'node:zlib';
import type { CommandOutput, Report } from '@aerie/contract';
import type { ReportTable } from '../store/schema.ts';
import { plainSpelling } from './addresses.ts';
import { refuseReport, requireShape, shown } from './report-shape.ts';
import type { ReportRow } from './reports.store.ts';
import { lateAfterScans } from './states.ts';
import { cleaned, mayHoldUnwanted } from './texts.ts';

/** Largest report, unzipped. */
export const reportBytes = 8 * 1024 * 1024;

/** How far ahead of our clock, corrected, a scan may have ended. */
const futureMs = 600_000;
/** A clock that is wrong by less is taken as right: as much may pass on the way. */
const rightClockMs = 2_000;

const notJson = 'it is not JSON in UTF-8';

type Summary = CommandOutput<'report.list'>['reports'][number];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a report as it came: its shape, then what no shape can say. Unwanted characters are removed from its texts.
 * @param known reads a text of which it knows parts already; undefined when it cannot
 * @returns the report, the JSON to keep of it, and whether that is to the letter what came
 * @throws AppError `bad_report`
 */
export function readReport(
  bytes: Uint8Array,
  known: (json: string) => Report | undefined = () => undefined,
): { report: Report; json: string; isAsItCame: boolean } {
  const came = textOf(bytes);
  const isAsItCame = !mayHoldUnwanted(came, came.length === bytes.length);
  const told = isAsItCame ? known(came) : undefined;
  const { report, json } = told ? { report: told, json: came } : wholeReport(came, isAsItCame);
  for (const address of report.machine.addresses)
    if (plainSpelling(address) === undefined) refuseReport(`${shown(address)} is not an address`);
  for (const { target, sent, received } of report.wan) if (received > sent) refuseReport(`more answers than echoes: ${shown(target)}`);
  if (report.finishedAt < report.startedAt) refuseReport('it ended before it began');
  return { report, json, isAsItCame };
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    refuseReport(notJson);
  }
}

function wholeReport(came: string, isClean: boolean): { report: Report; json: string } {
  let value: unknown;
  try {
    value = JSON.parse(came);
  } catch {
    refuseReport(notJson);
  }
  requireShape(value);
  const report = isClean ? value : (cleaned(value) as Report);
  const json = isClean ? came : JSON.stringify(report);
  report.hosts = uniqueHosts(report);
  return { report, json };
}

/** A report's times by our clock. */
export interface ReportTimes {
  startedAt: number;
  finishedAt: number;
  /** Made long before it came: nobody is told. */
  isLate: boolean;
  /** Of a file: nothing newer is known of its site, so that it says what devices are like however old it is. */
  isNewest?: boolean;
}

/** Files come by hand, or when somebody's timer sends them: what was made within a day is of now. */
const fileLateMs = 86_400_000;

/**
 * @param skewMs the probe's clock minus ours
 * @throws AppError `bad_report` when it ended in the future
 */
export function timesOf(report: Report, skewMs: number, scanEveryMs: number, now: number): ReportTimes {
  const skew = Math.abs(skewMs) < rightClockMs ? 0 : skewMs;
  const finishedAt = report.finishedAt - skew;
  if (isOfTheFuture({ finishedAt }, now)) refuseReport('it ended in the future, even by the clock of its probe');
  return {
    startedAt: Math.max(0, report.startedAt - skew),
    // What is a little ahead ended just now: nothing is known of the future.
    finishedAt: Math.max(0, Math.min(finishedAt, now)),
    isLate: finishedAt < now - lateAfterScans * scanEveryMs,
  };
}

/** Whether a report ended later than clocks that go wrong a little can say. */
export function isOfTheFuture({ finishedAt }: Pick<Report, 'finishedAt'>, now: number): boolean {
  return finishedAt > now + futureMs;
}

/**
 * The times of a report that came as a file. Nothing is known of the clock that it was made by: what is of the future is
 * refused and not taken for now, so that somebody sees that the clock, or its time zone, is wrong.
 * @param newestAt the end of the newest report of its site
 * @throws AppError `bad_report`
 */
export function fileTimesOf(report: Report, newestAt: number | null, now: number): ReportTimes {
  if (isOfTheFuture(report, now)) refuseReport(`it was made in the future: ${new Date(report.finishedAt).toISOString()}`);
  const finishedAt = Math.min(report.finishedAt, now);
  const isNewest = finishedAt >= (newestAt ?? 0);
  return { startedAt: report.startedAt, finishedAt, isNewest, isLate: !isNewest || finishedAt < now - fileLateMs };
}

export function newReportRow(
  report: Report,
  kept: Pick<ReportTable, 'body' | 'packed'>,
  fields: {
    siteId: string;
    probeId: string;
    times: ReportTimes;
    now: number;
    file?: { raw: string; file: string; shape: string } | undefined;
  },
): ReportTable {
  let hostsUp = 0;
  let openPorts = 0;
  for (const { status, ports } of report.hosts) {
    if (status === 'up') hostsUp++;
    for (const { state } of ports) if (state === 'open') openPorts++;
  }
  return {
    report_id: report.reportId,
    site_id: fields.siteId,
    probe_id: fields.probeId,
    scanner: report.scanner,
    kind: report.kind ?? 'full',
    version: report.version,
    started_at: fields.times.startedAt,
    finished_at: fields.times.finishedAt,
    received_at: fields.now,
    hosts_up: hostsUp,
    open_ports: openPorts,
    late: fields.times.isLate ? 1 : 0,
    ...kept,
    file: fields.file?.file ?? null,
    shape: fields.file?.shape ?? null,
    raw: fields.file?.raw ?? null,
  };
}

/** The JSON of a report that is kept. */
export function jsonOf({ body, packed }: Pick<ReportTable, 'body' | 'packed'>): string {
  return packed === null ? body : gunzipSync(packed, { maxOutputLength: reportBytes }).toString();
}

/** A report that is kept. */
export function keptReport(row: Pick<ReportTable, 'body' | 'packed'>): Report {
  return JSON.parse(jsonOf(row)) as Report;
}

export function summaryOf(row: ReportRow): Summary {
  return {
    reportId: row.report_id,
    probeId: row.probe_id || null,
    scanner: row.scanner,
    kind: row.kind,
    version: row.version,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    receivedAt: row.received_at,
    hostsUp: row.hosts_up,
    openPorts: row.open_ports,
    late: row.late === 1,
    file: row.file,
    shape: row.shape,
  };
}

/** Hosts with their addresses in one spelling. One that is named twice (ranges overlap) counts as it was first named. */
function uniqueHosts({ hosts }: Report): Report['hosts'] {
  const byAddress = new Map<string, Report['hosts'][number]>();
  for (const host of hosts) {
    const address = plainSpelling(host.address);
    if (address === undefined) refuseReport(`${shown(host.address)} is not an address`);
    if (byAddress.has(address)) continue;
    host.address = address;
    byAddress.set(address, host);
  }
  return byAddress.size === hosts.length ? hosts : [...byAddress.values()];
}
