import { LineClient } from '../../kit/line-client.ts';
import { Nester } from '../../kit/nester.ts';
import { OldWire, type Place } from '../../kit/old-wire.ts';
import { firstAdministrator, newPerson, type Person } from '../../kit/people.ts';
import { until } from '../../kit/wait.ts';

const beacons = 4;
// Sessions try wrong passwords, each from the same address.
const raised = 'failures=1000,failuresPerAddress=100000,registrationsPerAddress=100000';

/**
 * Where sessions are played: a Nester with both Classcord ports, an administrator who watches, and beacons. A beacon is
 * somebody invisible who comes online for a moment: whoever is told of it has been told all that happened before.
 */
export class Theatre {
  readonly nester: Nester;
  readonly admin: Person;
  readonly places: Record<'plain' | 'secure', Place>;
  readonly #watcher: LineClient;
  readonly #beacons: { name: string; client: LineClient }[] = [];
  readonly #people = new Map<string, Person>();
  /** How everybody was told to be, by user id. */
  readonly #told = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  private constructor(nester: Nester, admin: Person, watcher: LineClient, places: Record<'plain' | 'secure', Place>) {
    this.nester = nester;
    this.admin = admin;
    this.places = places;
    this.#watcher = watcher;
    watcher.onLine(({ event, userId, state }) => {
      if (event !== 'presence.changed') return;
      this.#told.set(userId, state);
      for (const listener of this.#listeners) listener();
    });
  }

  static async open(settings: Record<string, string>): Promise<Theatre> {
    const nester = await Nester.start({
      args: ['--lan'],
      env: {
        AERIE_TCP_TLS: '127.0.0.1:0',
        AERIE_HTTP_TLS: 'off',
        AERIE_REGISTRATION: 'open',
        AERIE_LIMITS: raised,
        ...settings,
      },
    });
    const admin = await firstAdministrator(nester, 'Ada');
    const watcher = await LineClient.connect(nester.tcp);
    const theatre = new Theatre(nester, admin, watcher, { plain: nester.tcp, secure: await nester.tls() });
    await watcher.ask('session.resume', { token: admin.token });
    await watcher.ask('log.resume', {});
    await watcher.ask('presence.set', { state: 'invisible' });
    for (let i = 1; i <= beacons; i++) await theatre.#build(`balise${i}`);
    return theatre;
  }

  async close(): Promise<void> {
    await this.nester.remove();
  }

  /** An account of that name, made when there is none. */
  async person(name: string): Promise<Person> {
    const person = this.#people.get(name) ?? (await newPerson(this.nester, this.admin, name));
    this.#people.set(name, person);
    return person;
  }

  /** Resolves when people have been told that this person is, or is not, here. */
  async told(name: string, here: boolean): Promise<void> {
    const { userId } = await this.person(name);
    await this.#until(`${name} ${here ? 'here' : 'gone'}`, () => this.isHere(userId) === here);
  }

  isHere(userId: string): boolean {
    return (this.#told.get(userId) ?? 'offline') !== 'offline';
  }

  /** Resolves when everybody that sessions know is gone. */
  async empty(): Promise<void> {
    for (const name of this.#people.keys()) await this.told(name, false);
    // Guests are in no list of people: somebody asks until none is left.
    const stranger = await OldWire.connect(this.places.plain);
    for (let here = 1; here > 0; ) {
      stranger.send({ type: 'users' });
      here = JSON.parse((await stranger.readLine('who is here')) ?? '{"users":[]}').users.length;
    }
    await stranger.close();
  }

  /** Lights a beacon while `seen` runs. */
  async light(seen: (beacon: string) => Promise<void>): Promise<void> {
    const beacon = this.#beacons.shift()!;
    this.#beacons.push(beacon);
    await this.told(beacon.name, false);
    await beacon.client.ask('presence.set', { state: 'online' });
    await seen(beacon.name);
    await this.told(beacon.name, true);
    await beacon.client.ask('presence.set', { state: 'invisible' });
  }

  /** Something is asked and answered: what was written before has been read by the server. */
  async turn(): Promise<void> {
    await this.#watcher.ask('session.show', {});
  }

  async #build(name: string): Promise<void> {
    const client = await LineClient.connect(this.nester.tcp);
    const { token } = await this.person(name);
    await client.ask('session.resume', { token });
    await this.told(name, true);
    await client.ask('presence.set', { state: 'invisible' });
    this.#beacons.push({ name, client });
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
