import type { ReportDigest } from '@aerie/contract/dashboard';
import type { Report, WanResult } from '@aerie/contract/reports';

/** A report in a line. */
export function digestOf(name: string, report: Report): Omit<ReportDigest, 'waiting'> {
  const { kind = 'full', scanner, version, startedAt, finishedAt, hosts, missing } = report;
  const { medianMs, loss } = wanOf(report.wan);
  return {
    name,
    kind,
    scanner,
    version,
    startedAt,
    finishedAt,
    hostsUp: hosts.filter(({ status }) => status === 'up').length,
    openPorts: hosts.reduce((sum, { ports }) => sum + ports.filter(({ state }) => state === 'open').length, 0),
    wanMedianMs: medianMs,
    wanLoss: loss,
    missing: missing.length,
  };
}

/**
 * The WAN in two figures. What is beyond the provider counts; where nothing of it is measured, what is nearer does.
 * The median is the mean of the targets' medians.
 */
function wanOf(results: readonly WanResult[]): { medianMs: number | null; loss: number | null } {
  const beyond = results.filter(({ role = 'internet' }) => role === 'internet');
  const counted = (beyond.length > 0 ? beyond : results).filter(({ sent }) => sent > 0);
  const sent = counted.reduce((sum, each) => sum + each.sent, 0);
  const received = counted.reduce((sum, each) => sum + each.received, 0);
  return { medianMs: mean(counted.map(each => each.medianMs)), loss: sent === 0 ? null : 1 - received / sent };
}

/** Of those that are there; null when none is. */
export function mean(values: readonly (number | null)[]): number | null {
  const there = values.filter(value => value !== null);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length;
}
