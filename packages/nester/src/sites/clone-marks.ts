import type { Probe } from '@aerie/contract';
import type { ProbeTable } from '../store/schema.ts';

/** Another machine that came with a probe's key. */
export type Clone = Omit<NonNullable<Probe['clone']>, 'separated'>;

/** A clone that gets an identity of its own: told a code when it comes again. `codeHash` is of the last code that it was told. */
export interface Separation {
  machine: string;
  codeHash: string | null;
}

export function cloneOf(row: ProbeTable): Clone | null {
  return row.clone === null ? null : (JSON.parse(row.clone) as Clone);
}

export function separationOf(row: ProbeTable): Separation | null {
  return row.separation === null ? null : (JSON.parse(row.separation) as Separation);
}
