import { LineClient } from '../../kit/line-client.ts';
import { Nester } from '../../kit/nester.ts';
import { OldWire, type Place } from '../../kit/old-wire.ts';
import { firstAdministrator, newPerson, type Person } from '../../kit/people.ts';
import { PresenceWatch } from '../../kit/presence-watch.ts';

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
  readonly #watch: PresenceWatch;
  readonly #beacons: { name: string; client: LineClient }[] = [];
  readonly #people = new Map<string, Person>();

  private constructor(nester: Nester, admin: Person, watch: PresenceWatch, places: Record<'plain' | 'secure', Place>) {
    this.nester = nester;
    this.admin = admin;
    this.places = places;
    this.#watch = watch;
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
    const watch = await PresenceWatch.open(nester, admin);
    const theatre = new Theatre(nester, admin, watch, { plain: nester.tcp, secure: await nester.tls() });
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
    await this.#watch.told((await this.person(name)).userId, here);
  }

  isHere(userId: string): boolean {
    return this.#watch.isHere(userId);
  }

  /** Resolves when everybody that sessions know is gone. */
  async empty(): Promise<void> {
    await this.#watch.allGone();
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
    await this.#watch.turn();
  }

  async #build(name: string): Promise<void> {
    const client = await LineClient.connect(this.nester.tcp);
    const { token } = await this.person(name);
    await client.ask('session.resume', { token });
    await this.told(name, true);
    await client.ask('presence.set', { state: 'invisible' });
    this.#beacons.push({ name, client });
  }
}
