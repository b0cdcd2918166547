import { randomUUID } from 'node:crypto';
import { AppError, cleanUserName, type PresenceState, type SeenPresence, userNameProblem } from '@aerie/contract';
import { networkOf } from '../accounts/lockout.ts';
import { counted } from '../pace.ts';
import { defaultGuestName, guestKey, isReservedName } from './names.ts';

interface Settings {
  guests: number;
  guestsPerAddress: number;
}

interface Guest {
  readonly guestId: string;
  readonly network: string;
  /** Undefined since somebody with a better right to it has the name. */
  name: string | undefined;
  state: PresenceState;
  /** Times of the last changes of name, oldest first. */
  renamedAt: number[];
  /** Times of the last messages, oldest first. */
  saidAt: number[];
}

/** A guest as others see one. */
export interface SeenGuest {
  guestId: string;
  name: string;
  state: SeenPresence;
}

/** So many changes of name within so long. */
const renames = 5;
const renamesMs = 10_000;
/** So many messages within so long: nobody answers for what a guest says, and it stays on the disk. */
const words = 30;
const wordsMs = 10_000;

/** Who talks without an account, in memory only. Its caller says what time it is, and hears who may look different now. */
export class Guests {
  readonly #settings: Settings;
  readonly #onMoved: (guestId: string) => void;
  readonly #byId = new Map<string, Guest>();
  readonly #byKey = new Map<string, Guest>();
  readonly #perNetwork = new Map<string, number>();
  /** Of all accounts: a guest may look like none of them. */
  readonly #accounts = new Set<string>();
  #present: readonly SeenGuest[] | undefined;

  constructor(settings: Settings, accountNames: Iterable<string>, onMoved: (guestId: string) => void) {
    this.#settings = settings;
    this.#onMoved = onMoved;
    for (const name of accountNames) this.#accounts.add(guestKey(name));
  }

  /**
   * Lets a guest in, or gives one another name.
   * @param guestId of the one who is in already
   * @param typed a name; undefined for the default one
   * @throws bad_user_name, name_taken, guests_full, too_fast
   */
  enter(guestId: string | undefined, address: string, typed: string | undefined, now: number): { guestId: string; name: string } {
    const guest = guestId === undefined ? undefined : this.#byId.get(guestId);
    if (guest?.name !== undefined && typed === undefined) return { guestId: guest.guestId, name: guest.name };
    if (!guest) this.#requireRoom(networkOf(address));
    const name = this.#freeName(typed, guest);
    return this.#named(guest, address, name, now);
  }

  /** Lets a guest in under a name that is theirs: whoever has it meanwhile loses it. */
  enterAs(guestId: string | undefined, address: string, name: string, now: number): { guestId: string; name: string } {
    const guest = guestId === undefined ? undefined : this.#byId.get(guestId);
    if (!guest) this.#requireRoom(networkOf(address));
    const holder = this.#byKey.get(guestKey(name));
    if (holder && holder !== guest) this.#unname(holder);
    return this.#named(guest, address, name, now);
  }

  leave(guestId: string): void {
    const guest = this.#byId.get(guestId);
    if (!guest) return;
    this.#unname(guest);
    this.#byId.delete(guestId);
    const left = (this.#perNetwork.get(guest.network) ?? 1) - 1;
    if (left > 0) this.#perNetwork.set(guest.network, left);
    else this.#perNetwork.delete(guest.network);
  }

  setState(guestId: string, state: PresenceState): void {
    const guest = this.#byId.get(guestId);
    if (!guest || guest.state === state) return;
    guest.state = state;
    this.#moved(guest);
  }

  /** An account has this name now: no guest has it any more. */
  accountMade(name: string): void {
    const key = guestKey(name);
    this.#accounts.add(key);
    const holder = this.#byKey.get(key);
    if (holder) this.#unname(holder);
  }

  /** The name a guest speaks under; throws `name_taken` when it is somebody else's by now. */
  requireName(guestId: string, name: string): string {
    const held = this.#byId.get(guestId)?.name;
    if (held === undefined) throw new AppError('name_taken', { name });
    return held;
  }

  /** Counts a message; throws `too_fast` when there were too many. */
  speak(guestId: string, now: number): void {
    const guest = this.#byId.get(guestId);
    if (guest) guest.saidAt = counted(guest.saidAt, now, words, wordsMs);
  }

  isTaken(key: string): boolean {
    return this.#accounts.has(key) || this.#byKey.has(key);
  }

  seen(guestId: string): SeenGuest | undefined {
    const guest = this.#byId.get(guestId);
    if (guest?.name === undefined || guest.state === 'invisible') return undefined;
    return { guestId, name: guest.name, state: guest.state };
  }

  /** Every guest who does not look offline: the same list until one of them moves. */
  present(): readonly SeenGuest[] {
    this.#present ??= [...this.#byId.keys()].map(guestId => this.seen(guestId)).filter(one => one !== undefined);
    return this.#present;
  }

  #named(known: Guest | undefined, address: string, name: string, now: number): { guestId: string; name: string } {
    const guest = known ?? this.#add(networkOf(address));
    if (guest.name === name) return { guestId: guest.guestId, name };
    if (known) this.#countRename(guest, now);
    if (guest.name !== undefined) this.#byKey.delete(guestKey(guest.name));
    guest.name = name;
    this.#byKey.set(guestKey(name), guest);
    this.#moved(guest);
    return { guestId: guest.guestId, name };
  }

  #freeName(typed: string | undefined, own: Guest | undefined): string {
    const name = cleanUserName(typed ?? '');
    const key = guestKey(name);
    if (typed === undefined || key === guestKey(defaultGuestName)) return this.#freeDefault(own);
    const reason = userNameProblem(name);
    if (reason) throw new AppError('bad_user_name', { reason });
    const holder = this.#byKey.get(key);
    if (key === '' || isReservedName(name) || this.#accounts.has(key) || (holder && holder !== own))
      throw new AppError('name_taken', { name });
    return name;
  }

  #freeDefault(own: Guest | undefined): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? defaultGuestName : `${defaultGuestName} ${n}`;
      const key = guestKey(name);
      if (!this.isTaken(key) || (own && this.#byKey.get(key) === own)) return name;
    }
  }

  #add(network: string): Guest {
    const guest: Guest = { guestId: randomUUID(), network, name: undefined, state: 'online', renamedAt: [], saidAt: [] };
    this.#byId.set(guest.guestId, guest);
    this.#perNetwork.set(network, (this.#perNetwork.get(network) ?? 0) + 1);
    return guest;
  }

  #requireRoom(network: string): void {
    if (this.#byId.size >= this.#settings.guests || (this.#perNetwork.get(network) ?? 0) >= this.#settings.guestsPerAddress)
      throw new AppError('guests_full');
  }

  #countRename(guest: Guest, now: number): void {
    guest.renamedAt = counted(guest.renamedAt, now, renames, renamesMs);
  }

  #unname(guest: Guest): void {
    if (guest.name === undefined) return;
    this.#byKey.delete(guestKey(guest.name));
    guest.name = undefined;
    this.#moved(guest);
  }

  #moved(guest: Guest): void {
    this.#present = undefined;
    this.#onMoved(guest.guestId);
  }
}
