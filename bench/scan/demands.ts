import { table } from '../kit/table.ts';
import type { Key } from './options.ts';
import type { Row } from './setting.ts';

/** What was demanded of a figure, and what was hoped for beyond it. */
interface Demand {
  what: string;
  of: { point: Key; server: string; case?: string; field: string };
  isAtLeast: boolean;
  demanded: number;
  goal?: number;
}

const old = (names: string, field: string) => ({ point: 'site' as const, server: 'old way', case: names, field });
const of = (point: Key, server: string, field: string) => ({ point, server, field });
const atLeast = { isAtLeast: true };
const atMost = { isAtLeast: false };

const demands: readonly Demand[] = [
  { what: 'a site, times the old way', of: old('resolver', 'ratio'), ...atLeast, demanded: 20, goal: 30 },
  { what: 'with a dead resolver, times the old way', of: old('dead resolver', 'ratio'), ...atLeast, demanded: 40, goal: 60 },
  { what: 'an unchanged pass, times the old way', of: old('resolver', 'unchangedRatio'), ...atLeast, demanded: 100, goal: 150 },
  { what: 'facts that differ from the old way', of: old('resolver', 'differences'), ...atMost, demanded: 0 },
  { what: 'facts that differ, dead resolver', of: old('dead resolver', 'differences'), ...atMost, demanded: 0 },
  { what: 'a site, wrong ports', of: { point: 'site', server: 'aerie', case: 'resolver', field: 'wrong' }, ...atMost, demanded: 0 },
  { what: 'built-in scan, times nmap -sT -T4', of: of('ports', 'nmap', 'ratio'), ...atLeast, demanded: 1.8, goal: 2.5 },
  { what: 'built-in scan, wrong ports', of: of('ports', 'aerie', 'wrong'), ...atMost, demanded: 0 },
  { what: 'built-in scan, wrong on a slow line', of: of('ports-slow', 'aerie', 'wrong'), ...atMost, demanded: 0 },
  { what: 'sweep of a /24, s', of: of('sweep', 'aerie', 'seconds'), ...atMost, demanded: 5, goal: 2 },
  { what: 'idle Harvester, MB', of: of('idle', 'aerie', 'rssMb'), ...atMost, demanded: 90, goal: 60 },
  { what: 'idle Harvester, share of a core', of: of('idle', 'aerie', 'cpu'), ...atMost, demanded: 0.01 },
  { what: 'backlog, reports/s', of: of('backlog', 'aerie', 'reportsPerS'), ...atLeast, demanded: 500, goal: 2_000 },
  { what: 'a fresh report meanwhile, ms', of: of('backlog', 'aerie', 'freshMs'), ...atMost, demanded: 5_000 },
];

/** Whether the rows keep what was demanded, for those demands of which a figure is there. */
export function demandsText(rows: readonly Row[]): string {
  const lines = demands.flatMap(({ what, of: { point, server, case: part, field }, isAtLeast, demanded, goal }) => {
    const row = rows.find(each => each.point === point && each.server === server && each.case === part);
    const measured = row && (row as unknown as Record<string, unknown>)[field];
    if (typeof measured !== 'number') return [];
    const reaches = (value: number) => (isAtLeast ? measured >= value : measured <= value);
    const sign = isAtLeast ? '≥' : '≤';
    const verdict = !reaches(demanded) ? 'NO' : goal !== undefined && reaches(goal) ? 'yes, and the goal' : 'yes';
    return [[what, measured, `${sign} ${demanded.toLocaleString('en')}`, goal && `${sign} ${goal.toLocaleString('en')}`, verdict]];
  });
  return lines.length === 0 ? '' : table(['what was asked', 'measured', 'demanded', 'goal', 'kept'], lines);
}
