import type { Cores } from '../kit/machine.ts';
import { significant } from '../kit/statistics.ts';
import type { Key } from './options.ts';

/** What every comparison of scanners is measured with. */
export interface Setting {
  /** For what is written; it goes when the run ends. */
  folder: string;
  cores: Cores;
  runs: number;
  oldRuns: number;
  oldHosts: number;
  isQuick: boolean;
  /** Says something beside the result. */
  note(text: string): void;
}

/** One line of the result. What does not apply is absent. */
export interface Row {
  name: 'scan';
  /** What was asked for: a key of `--only`. */
  point: Key;
  /** Which part of it. */
  case?: string;
  server: string;
  /** Hosts, or reports. */
  n: number;
  runs: number;
  seconds?: number;
  /** On a peer's row: how many times faster ours is. */
  ratio?: number;
}

/** A figure that does not look more exact than it is. */
export const rounded = (value: number) => significant(value, 3);
