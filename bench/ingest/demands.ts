import { table } from '../kit/table.ts';
import type { Row } from './rows.ts';

interface Demand {
  what: string;
  figure(rows: readonly Row[]): number | undefined;
  isAtLeast: boolean;
  demanded: number;
  goal?: number;
}

const ours = (change: Row['change'], field: 'reportsPerS' | 'ackP99Ms') => (rows: readonly Row[]) =>
  rows.find(row => row.server === 'aerie' && row.change === change)?.[field];
const times = (server: Row['server']) => (rows: readonly Row[]) => rows.find(row => row.server === server)?.ratio;

const demands: readonly Demand[] = [
  { what: 'little changes: reports/s', figure: ours('little', 'reportsPerS'), isAtLeast: true, demanded: 5_000, goal: 8_500 },
  { what: 'little changes: p99 ms', figure: ours('little', 'ackP99Ms'), isAtLeast: false, demanded: 20 },
  { what: 'little changes: times Zabbix', figure: times('zabbix'), isAtLeast: true, demanded: 3 },
  { what: 'five devices change: reports/s', figure: ours('five', 'reportsPerS'), isAtLeast: true, demanded: 1_500, goal: 3_000 },
];

/** Whether the rows keep what was demanded, for those demands of which a figure is there. */
export function demandsText(rows: readonly Row[]): string {
  const lines = demands.flatMap(({ what, figure, isAtLeast, demanded, goal }) => {
    const measured = figure(rows);
    if (measured === undefined) return [];
    const reaches = (value: number) => (isAtLeast ? measured >= value : measured <= value);
    const sign = isAtLeast ? '≥' : '≤';
    const verdict = goal !== undefined && reaches(goal) ? 'yes, and the goal' : reaches(demanded) ? 'yes' : 'NO';
    return [[what, measured, `${sign} ${demanded.toLocaleString('en')}`, goal && `${sign} ${goal.toLocaleString('en')}`, verdict]];
  });
  return lines.length === 0 ? '' : table(['what was asked', 'measured', 'demanded', 'goal', 'kept'], lines);
}
