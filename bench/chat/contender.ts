import type { ProgramName } from '../../scripts/programs.ts';
import type { Load } from '../kit/generator.ts';
import type { Server } from '../kit/server.ts';

/** A chat server that can be measured. */
export interface Contender {
  readonly name: string;
  readonly dialect: Load['dialect'];
  /** The program of the machine that it is or runs on. */
  readonly needs?: ProgramName;
  /** Starts a fresh one, with a channel of so many members; `nodeFlags` are for ours. */
  start(members: number, how: { core: number | undefined; nodeFlags?: readonly string[] }): Promise<Running>;
}

export interface Running {
  readonly server: Server;
  /** What the generator needs to log members in. */
  readonly access: Pick<Load, 'tokens' | 'channelId' | 'concurrency'>;
  /** Ends it and removes what it stored. */
  stop(): Promise<void>;
}
