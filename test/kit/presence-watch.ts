import { LineClient } from './line-client.ts';
import type { Nester } from './nester.ts';
import type { Person } from './people.ts';
import { until } from './wait.ts';

/** Hears how people are told to be, and is seen by nobody. It knows those who came since it was opened. */
export class PresenceWatch {
  readonly #client: LineClient;
  readonly #told = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  private constructor(client: LineClient) {
    this.#client = client;
    client.onLine(({ event, userId, state }) => {
      if (event !== 'presence.changed') return;
      this.#told.set(userId, state);
      for (const listener of this.#listeners) listener();
    });
  }

  static async open(nester: Nester, watcher: Person): Promise<PresenceWatch> {
    const client = await LineClient.connect(nester.tcp);
    const watch = new PresenceWatch(client);
    await client.ask('session.resume', { token: watcher.token });
    await client.ask('log.resume', {});
    await client.ask('presence.set', { state: 'invisible' });
    return watch;
  }

  isHere(userId: string): boolean {
    return (this.#told.get(userId) ?? 'offline') !== 'offline';
  }

  /** Resolves when people have been told that this person is, or is not, here. */
  async told(userId: string, here: boolean): Promise<void> {
    await this.#until(`${userId} ${here ? 'here' : 'gone'}`, () => this.isHere(userId) === here);
  }

  /** Resolves when people have been told that everybody is gone: who comes then, is told to come. */
  async allGone(): Promise<void> {
    await this.#until('all to be gone', () => [...this.#told.keys()].every(userId => !this.isHere(userId)));
  }

  /** Something is asked and answered: what was written before has been read by the server. */
  async turn(): Promise<void> {
    await this.#client.ask('session.show', {});
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    await until(
      what,
      listener => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      holds,
      10_000,
    );
  }
}
