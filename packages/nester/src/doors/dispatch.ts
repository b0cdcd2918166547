import { randomUUID } from 'node:crypto';
import { AppError, atLeast, type CommandName, type CommandSpec, commands, isCommandName } from '@aerie/contract';
import type { z } from 'zod';
import type { Act, Actor, Caller, Ctx, Handlers } from '../context.ts';
import type { Log } from '../log.ts';
import { inParentheses, type Running } from '../moderation/sanctions.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import type { CommitResult, Unit } from '../store/unit.ts';

/** Commits an administrative act together with the audit's record of it. */
export type Record = (ctx: Omit<Ctx, 'commitAct'>, unit: Unit, act: Act) => Promise<CommitResult>;

/** Who may not come in at all, by where they come from. */
export interface Gate {
  /** The ban under which an address is now. */
  banOf(address: string, now: number): Running | undefined;
}

/**
 * Open to banned addresses. A probe is known by its key, wherever it is; so it must be able to show it. And whoever goes
 * takes the log-in along.
 */
const openToBanned: ReadonlySet<unknown> = new Set(['probe.challenge', 'probe.connect', 'session.logOut']);

/** The one way in: every door calls this, and it calls the one handler of a command. */
export class Dispatch {
  readonly #handlers: Handlers;
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #record: Record;
  readonly #gate: Gate;

  constructor(parts: { gate: Gate; record: Record; handlers: Handlers; store: Store; committer: Committer; log: Log; now: () => number }) {
    this.#handlers = parts.handlers;
    this.#store = parts.store;
    this.#committer = parts.committer;
    this.#log = parts.log;
    this.#now = parts.now;
    this.#record = parts.record;
    this.#gate = parts.gate;
  }

  /**
   * Runs a command for somebody. Rights and input are checked before the handler sees it.
   * For a pipelined command everything up to the commit happens before this returns its promise.
   * @returns the command's output; rejects with an AppError, whatever went wrong
   */
  call(actor: Actor, caller: Caller, name: unknown, input: unknown): Promise<unknown> {
    try {
      const known = requireCommand(name);
      const spec: CommandSpec = commands[known];
      if (actor.kind !== 'probe' && !openToBanned.has(known)) this.#requireOpen(caller);
      authorise(spec, known, actor, caller);
      const request = parseInput(spec.input, input);
      const ctx: Ctx = {
        actor,
        caller,
        db: this.#store.read,
        log: this.#log,
        now: this.#now,
        commit: unit => this.#committer.commit(unit, caller.connection?.connectionId),
        commitAct: (unit, act) => this.#record(ctx, unit, act),
      };
      const handler = this.#handlers[known] as (ctx: Ctx, request: unknown) => unknown;
      return Promise.resolve(handler(ctx, request)).catch(error => Promise.reject(this.#asAppError(error, name)));
    } catch (error) {
      return Promise.reject(this.#asAppError(error, name));
    }
  }

  /** The ban under which whoever comes from there is now. The machine's own administrator never is. */
  banOf({ door, address }: Pick<Caller, 'door' | 'address'>): Running | undefined {
    return door === 'local' ? undefined : this.#gate.banOf(address, this.#now());
  }

  #requireOpen(caller: Caller): void {
    const ban = this.banOf(caller);
    if (ban) throw new AppError('banned', { until: ban.until, because: inParentheses(ban.reason) });
  }

  #asAppError(error: unknown, name: unknown): AppError {
    if (error instanceof AppError) return error;
    const ref = randomUUID().slice(0, 8);
    this.#log.error('SYSTEM', 'A command failed unexpectedly', {
      ref,
      command: nameText(name),
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return new AppError('internal', { ref });
  }
}

/** What somebody gave as the name of a command, to be shown. `String` runs what an object brings as its own `toString`. */
export function nameText(name: unknown): string {
  return (typeof name === 'string' ? name : (JSON.stringify(name) ?? '')).slice(0, 64);
}

function requireCommand(name: unknown): CommandName {
  if (!isCommandName(name)) throw new AppError('unknown_command', { name: nameText(name) });
  return name;
}

function authorise(spec: CommandSpec, name: CommandName, actor: Actor, caller: Caller): void {
  if (spec.live && !caller.connection) throw new AppError('wrong_door', { name });
  if (spec.role === 'anyone' || actor.kind === 'local') return;
  if (actor.kind === 'anyone' || (actor.kind === 'guest' && !spec.guests)) throw new AppError('not_logged_in');
  if (actor.kind === 'guest') return;
  if (actor.kind === 'probe' || spec.role === 'probe') {
    if (actor.kind !== 'probe' || spec.role !== 'probe') throw new AppError('forbidden');
    return;
  }
  if (spec.role === 'local' || !atLeast(actor.role, spec.role)) throw new AppError('forbidden');
}

/** @throws AppError `bad_input` that names the first field that is not right */
function parseInput(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path.join('.');
  const reason =
    issue.code === 'unrecognized_keys' ? 'there is no such field' : issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  throw new AppError('bad_input', { field: String(field || 'input').slice(0, 64), reason });
}
