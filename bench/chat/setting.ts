import type { Cores } from '../kit/machine.ts';
import type { Aerie } from './aerie.ts';
import type { Contender } from './contender.ts';

/** What every comparison of the chat is measured with. */
export interface Setting {
  ours: Aerie;
  peers: readonly Contender[];
  cores: Cores;
  /** How often each point is measured. */
  runs: number;
  warmSeconds: number;
  seconds: number;
  /** Small loads, to see that everything works; the figures are worth nothing. */
  isQuick: boolean;
  /** Says something beside the result. */
  note(text: string): void;
}

/** One line of the result. What does not apply is absent. */
export interface Row {
  name: 'chat';
  /** What was asked for: a key of `--only`. */
  point: string;
  /** Which part of it. */
  case?: string;
  server: string;
  /** Members, or connections. */
  n: number;
  runs: number;
  /** What everything but server, load and this program used meanwhile, in cores. */
  cpuOthers: number;
}

export interface Result<R extends Row> {
  rows: R[];
  /** The same for people. */
  text: string;
}
