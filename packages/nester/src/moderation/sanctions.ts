import { AppError, type User } from '@aerie/contract';
import type { SanctionTable } from '../store/schema.ts';
import { keysOf, lengthOf, type Network, networkFrom } from './networks.ts';

/** A mute or a ban that runs: until when, and the words of who gave it. */
export interface Running {
  until: number;
  reason: string;
}

/** Of how many addresses it is remembered whether they are banned. */
const remembered = 10_000;

/**
 * The mutes and bans that run, in memory: every command asks here first. Networks are known here alone; of accounts only
 * the reasons, for until when is the account's own. It follows each commit before the commit is acknowledged; what runs
 * out does so by the clock, without anything being done.
 */
export class Sanctions {
  readonly #userById: (userId: string) => User | undefined;
  readonly #ofUsers = new Map<string, Running>();
  readonly #ofNetworks = new Map<string, Running>();
  /** How many bans there are of each length of network. */
  readonly #lengths = new Map<number, number>();
  /** By address: the ban that lasts longest. Forgotten at each change. */
  readonly #byAddress = new Map<string, Running | undefined>();

  /** @param rows those that run */
  constructor(rows: readonly SanctionTable[], userById: (userId: string) => User | undefined) {
    this.#userById = userById;
    for (const row of rows) this.keep(row);
  }

  /** A mute or a ban began, in place of the one before. */
  keep({ kind, user_id: userId, network, until, reason }: SanctionTable): void {
    const running = { until, reason };
    if (userId !== null) {
      this.#ofUsers.set(`${kind} ${userId}`, running);
      return;
    }
    const banned = networkFrom(network as string);
    if (!this.#ofNetworks.has(banned.key)) this.#count(banned, 1);
    this.#ofNetworks.set(banned.key, running);
    this.#byAddress.clear();
  }

  /** The ban of a network is lifted. */
  open(network: Network): void {
    if (this.#ofNetworks.delete(network.key)) this.#count(network, -1);
    this.#byAddress.clear();
  }

  /** The ban under which an address is now; of several the one that lasts longest. */
  banOf(address: string, now: number): Running | undefined {
    if (this.#ofNetworks.size === 0) return undefined;
    const ban = this.#longestFor(address);
    return ban && ban.until > now ? ban : undefined;
  }

  /** Throws `muted` while that user is. */
  requireVoice(userId: string, now: number): void {
    const until = this.#userById(userId)?.mutedUntil;
    if (until !== undefined && until > now) throw new AppError('muted', { until, because: this.because('mute', userId, until) });
  }

  /** Why somebody is muted or banned until then, as it stands in a sentence: empty, or in parentheses after a space. */
  because(kind: SanctionTable['kind'], userId: string, until: number): string {
    const running = this.#ofUsers.get(`${kind} ${userId}`);
    return running?.until === until ? inParentheses(running.reason) : '';
  }

  #longestFor(address: string): Running | undefined {
    if (this.#byAddress.has(address)) return this.#byAddress.get(address);
    let longest: Running | undefined;
    for (const key of keysOf(address, this.#lengths.keys())) {
      const ban = this.#ofNetworks.get(key);
      if (ban && ban.until > (longest?.until ?? 0)) longest = ban;
    }
    if (this.#byAddress.size >= remembered) this.#byAddress.clear();
    this.#byAddress.set(address, longest);
    return longest;
  }

  #count(network: Network, by: 1 | -1): void {
    const length = lengthOf(network);
    const left = (this.#lengths.get(length) ?? 0) + by;
    if (left > 0) this.#lengths.set(length, left);
    else this.#lengths.delete(length);
  }
}

/** The reason as it stands in a sentence. */
export function inParentheses(reason: string): string {
  return reason === '' ? '' : ` (${reason})`;
}
