import type { CommandName, CommandOutput, CommandRequest, EventBody, EventName, Language, Me, Role, TokenScope } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Fields, Log } from './log.ts';
import type { Tables } from './store/schema.ts';
import type { CommitResult, Unit } from './store/unit.ts';

/** Who acts. `local` is whoever may open nester.sock: the machine's own administrator. */
export type Actor = { kind: 'anyone' } | { kind: 'local' } | GuestActor | UserActor | ProbeActor | TokenActor;

/** Somebody without an account. The name is as long theirs as no account has it. */
export interface GuestActor {
  kind: 'guest';
  guestId: string;
  name: string;
}

export interface ProbeActor {
  kind: 'probe';
  probeId: string;
  siteId: string;
  name: string;
}

/** A program that may read what its scopes name. It comes by HTTP only. */
export interface TokenActor {
  kind: 'token';
  tokenId: string;
  name: string;
  scopes: readonly TokenScope[];
}

export interface UserActor {
  kind: 'user';
  userId: string;
  name: string;
  role: Role;
  language: Language;
  /** The log-in by which this user acts. */
  sessionId: string;
  deviceId: string;
}

export type Door = 'tcp' | 'ws' | 'http' | 'local';

/** The connection, or the request, that a command came by. */
export interface Caller {
  readonly door: Door;
  /** The other end's address, without port. */
  readonly address: string;
  /** What the client says it is; from outside, so never markup and never trusted. */
  readonly agent: string;
  /** Live connections only. */
  readonly connection: LiveConnection | undefined;
}

/** What commands may do to the live connection that they came by. */
export interface LiveConnection {
  readonly connectionId: string;
  /** From now on this connection acts as that user, by a client that says so of itself. Throws `already_logged_in` when it acts as another. */
  logIn(actor: UserActor, client?: string): void;
  /** From now on this connection acts as that probe. Throws `already_logged_in` when it acts as somebody else. */
  logInProbe(actor: ProbeActor): void;
  /** From now on this connection acts as that guest, until it logs in. Throws `already_logged_in` when it acts as somebody else. */
  actAsGuest(actor: GuestActor): void;
  /** Sends an event to this connection alone, before the answer of the running command. */
  tell<K extends EventName>(name: K, body: EventBody<K>): void;
  /** Begins to gather events for this connection, to be sent after the answer of the running command; messages in their brief form, if it says so. */
  hold(brief?: boolean): void;
  /** After the answer, sends what was gathered with a seq above `seq`, and from then on every event at once. */
  release(seq: number): void;
  /** Stops gathering: the connection is not live. */
  letGo(): void;
}

/** An administrative act: what was done, to whom or what, and the particulars, without secrets. */
export interface Act {
  action: string;
  subject: string;
  detail?: Fields;
  /** Who did it, when the caller has no account yet (the first administrator). */
  by?: { userId: string; name: string };
}

/** All that a command may use. Passed explicitly; there is nothing global. */
export interface Ctx {
  readonly actor: Actor;
  readonly caller: Caller;
  /** Reads only. Writes go through `commit`. */
  readonly db: Kysely<Tables>;
  readonly log: Log;
  now(): number;
  /** Makes rows and events durable together; resolves after the fsync. */
  commit(unit: Unit): Promise<CommitResult>;
  /** The same for an administrative act: with the audit's record of it, and a log line. */
  commitAct(unit: Unit, act: Act): Promise<CommitResult>;
}

/** The context of a command that only a logged-in user may call. */
export type Handler<K extends CommandName> = (ctx: Ctx, request: CommandRequest<K>) => Promise<CommandOutput<K>> | CommandOutput<K>;

/** One handler for every command of `K`; a missing or ill-typed one does not compile. */
export type Handlers<K extends CommandName = CommandName> = { readonly [N in K]: Handler<N> };

/** What a session is told of itself. */
export function meOf(actor: UserActor): Me {
  return { userId: actor.userId, name: actor.name, role: actor.role, language: actor.language, sessionId: actor.sessionId };
}
