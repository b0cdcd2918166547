import type { z } from 'zod';
import type { Role } from './roles.ts';

/** One command: who may call it, what goes in, what comes out. */
export interface CommandSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  summary: string;
  /** The least role that may call it; `anyone` needs no session at all; `local` is the machine's own administrator, over nester.sock; `probe` an enrolled probe. */
  role: 'anyone' | 'local' | 'probe' | Role;
  input: I;
  output: O;
  /** Changes nothing. */
  reads?: true;
  /** Acts on the connection it came by, so HTTP cannot carry it. */
  live?: true;
  /** Guests (people without an account, where the server lets them talk) may call it too. */
  guests?: true;
  /** The next command of the session may begin as soon as this one's rows are handed to the commit. */
  pipelined?: true;
}

/** Keeps each entry's own schemas in the type of the table. */
export function command<I extends z.ZodType, O extends z.ZodType>(spec: CommandSpec<I, O>): CommandSpec<I, O> {
  return spec;
}

/** One event. A logged one has a `seq` and can be replayed; the others are coalesced state. */
export interface EventSpec<B extends z.ZodType = z.ZodType, L extends boolean = boolean> {
  summary: string;
  logged: L;
  body: B;
}

export function event<B extends z.ZodType, const L extends boolean>(spec: EventSpec<B, L>): EventSpec<B, L> {
  return spec;
}
