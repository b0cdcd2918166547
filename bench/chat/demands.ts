import { table } from '../kit/table.ts';
import type { Row } from './setting.ts';

/** What was demanded of a figure, and what was hoped for beyond it. */
interface Demand {
  what: string;
  of: { point: string; server: string; case?: string; field: string };
  isAtLeast: boolean;
  demanded: number;
  goal: number | undefined;
}

const atLeast = (what: string, of: Demand['of'], demanded: number, goal?: number): Demand => ({
  what,
  of,
  isAtLeast: true,
  demanded,
  goal,
});
const atMost = (what: string, of: Demand['of'], demanded: number, goal?: number): Demand => ({
  what,
  of,
  isAtLeast: false,
  demanded,
  goal,
});

const speed = (point: string, server: string, field: string) => ({ point, server, field });
const ours = (point: string, of: string, field: string) => ({ point, server: 'aerie', case: of, field });

const demands: readonly Demand[] = [
  atLeast('1,000 members, window 8: deliveries/s', speed('n1000-w8', 'aerie', 'deliveriesPerS'), 4_500_000, 6_000_000),
  atMost('1,000 members, window 8: p99 ms', speed('n1000-w8', 'aerie', 'p99Ms'), 25, 20),
  atLeast('1,000 members, window 8: times InspIRCd', speed('n1000-w8', 'inspircd', 'ratio'), 2.2, 3),
  atLeast('1,000 members, window 8: times ngircd', speed('n1000-w8', 'ngircd', 'ratio'), 3),
  atLeast('100 members, window 8: times InspIRCd', speed('n100-w8', 'inspircd', 'ratio'), 0.5, 1),
  atLeast('100 members, window 8: times Python', speed('n100-w8', 'python', 'ratio'), 30, 60),
  atLeast('100 members, window 32: times InspIRCd', speed('n100-w32', 'inspircd', 'ratio'), 1, 2),
  atLeast('100 members, window 32: times Python', speed('n100-w32', 'python', 'ratio'), 30, 60),
  // Asked of a thousand members at 50 messages/s: the peers' 5 and 10 ms are the time that a thousand writes take.
  atMost('50,000 deliveries/s to 1,000: p50 over InspIRCd', speed('fixed', 'inspircd', 'p50Ratio'), 1.15, 1),
  atMost('50,000 deliveries/s to 1,000: p99 over InspIRCd', speed('fixed', 'inspircd', 'p99Ratio'), 1.25, 1),
  atMost('50,000 deliveries/s to 1,000: CPU over InspIRCd', speed('fixed', 'inspircd', 'cpuRatio'), 1.25, 1),
  atMost('50,000 deliveries/s to 1,000: ack p99 ms', speed('fixed', 'aerie', 'ackP99Ms'), 15, 5),
  atMost('empty server, MB', ours('idle', 'tcp', 'emptyRssMb'), 120, 90),
  atMost('idle TCP connection, KB', ours('idle', 'tcp', 'kbEach'), 6, 4),
  atMost('1,000 log-ins by token, s', ours('log-ins', 'tokens', 'loggedInS'), 0.2, 0.1),
  atMost('1,000 log-ins by password: added to p99, ms', ours('fire', 'log-ins by password', 'p99AddedMs'), 20, 10),
  atMost('last 100 of 1,000,000 messages: p99 ms', ours('history', 'last 100', 'p99Ms'), 10, 3),
  atMost('resume after 10,000 missed: p99 ms', ours('history', 'resume after 10,000 missed', 'p99Ms'), 200, 100),
  atMost('100 clients that never read: p99 over calm', ours('fire', 'clients that never read', 'p99OverCalm'), 2),
  atMost('1,000 slow-loris connections: p99 over calm', ours('fire', 'slow-loris connections', 'p99OverCalm'), 2),
  atMost('1,000 log-ins by password: p99 over calm', ours('fire', 'log-ins by password', 'p99OverCalm'), 2),
];

/** Whether the rows keep what was demanded, for those demands of which a figure is there. */
export function demandsText(rows: readonly Row[]): string {
  const lines = demands.flatMap(({ what, of, isAtLeast, demanded, goal }) => {
    const measured = figureOf(rows, of);
    if (measured === undefined) return [];
    const reaches = (value: number | undefined) => value !== undefined && (isAtLeast ? measured >= value : measured <= value);
    const sign = isAtLeast ? '≥' : '≤';
    const verdict = reaches(goal) ? 'yes, and the goal' : reaches(demanded) ? 'yes' : 'NO';
    return [[what, measured, `${sign} ${demanded.toLocaleString('en')}`, goal && `${sign} ${goal.toLocaleString('en')}`, verdict]];
  });
  return lines.length === 0 ? '' : table(['what was asked', 'measured', 'demanded', 'goal', 'kept'], lines);
}

function figureOf(rows: readonly Row[], of: Demand['of']): number | undefined {
  const row = rows.find(each => each.point === of.point && each.server === of.server && each.case === of.case);
  const value = row === undefined ? undefined : (row as unknown as Record<string, unknown>)[of.field];
  return typeof value === 'number' ? value : undefined;
}
