import type { ProgramName } from '../../../scripts/programs.ts';
import type { Server } from '../../kit/server.ts';

/** Another server that takes the same values in, for comparison. */
export interface Peer {
  readonly name: 'zabbix' | 'victoria-metrics';
  readonly needs: readonly ProgramName[];
  /** Starts it afresh below a folder, with so many sites known to it. */
  start(folder: string, sites: number, core: number | undefined): Promise<Server>;
}

const values = { hosts: 20, ports: 5 } as const;

/** What each report says in figures, under names that every server takes: 20 round trips, 100 ports, 4 of the link. */
export const figureNames: readonly string[] = [
  ...Array.from({ length: values.hosts }, (_, host) => `rtt.h${host}`),
  ...Array.from({ length: values.hosts * values.ports }, (_, i) => `port.h${Math.floor(i / values.ports)}p${i % values.ports}`),
  ...['min', 'median', 'max', 'loss'].map(figure => `wan.${figure}`),
];

/** The figures of the nth report, in the order of their names. */
export function figuresOf(n: number): number[] {
  const rtt = Array.from({ length: values.hosts }, (_, host) => ((n * 7 + host) % 90) / 100);
  const ports = Array.from({ length: values.hosts * values.ports }, (_, i) => (i === n % 100 ? n % 2 : 1));
  return [...rtt, ...ports, 9, 10 + (n % 7) / 10, 12, 0];
}
