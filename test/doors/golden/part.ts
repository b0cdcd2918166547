import type { Line } from '../../kit/line-client.ts';
import { OldWire, type Place } from '../../kit/old-wire.ts';
import { until } from '../../kit/wait.ts';
import { difference } from './expectation.ts';

/** Names of the accounts that only mark a moment; no session speaks of them. */
const beaconName = /^balise\d$/;
const asksUsers = /"type":\s*"(users|list_users|userlist)"/g;

/** One part in a session: a connection, and what has come on it that was not read yet. What only marks a moment is left out. */
export class Part {
  readonly name: string;
  readonly wire: OldWire;
  readonly #isGuest: boolean;
  readonly #inbox: Line[] = [];
  readonly #seenBeacons: string[] = [];
  /** For each question who is here that has no answer yet, who asked it. */
  readonly #questions: ('session' | 'probe')[] = [];
  #taken = 0;
  #probes = 0;
  #state: 'stranger' | 'in' | 'listening' = 'stranger';
  #hasUnprobed = false;
  #midLine = false;

  private constructor(name: string, wire: OldWire, isGuest: boolean) {
    this.name = name;
    this.wire = wire;
    this.#isGuest = isGuest;
    wire.onLine(() => this.#take());
  }

  static async connect(name: string, place: Place, isGuest: boolean): Promise<Part> {
    return new Part(name, await OldWire.connect(place), isGuest);
  }

  /** True when notices reach this client: it is logged in and its window listens, or it is a guest. */
  get hearsNotices(): boolean {
    return !this.wire.socket.destroyed && this.#state === 'listening';
  }

  write(data: string | Uint8Array): void {
    const text = Buffer.from(data).toString('latin1');
    for (const _ of text.matchAll(asksUsers)) this.#questions.push('session');
    if (this.#state === 'in' || this.#isGuest) this.#state = 'listening';
    this.#hasUnprobed = true;
    this.#midLine = !text.endsWith('\n');
    this.wire.write(data);
  }

  /** The next line must be this one. */
  async hears(expected: Line): Promise<void> {
    await this.#waitFor(JSON.stringify(expected), () => this.#inbox.length > 0);
    const got = this.#inbox.shift();
    const why = got ? difference(expected, got) : 'the connection is closed';
    if (why) throw new Error(`${this.name}: ${why}\n  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify(got)}`);
    if (expected.type === 'login') this.#state = 'in';
  }

  /** This line must come, whatever else may have come before it that is not read yet. */
  async hearsToo(expected: Line): Promise<void> {
    const found = () => this.#inbox.findIndex(line => difference(expected, line) === undefined);
    await this.#waitFor(JSON.stringify(expected), () => found() !== -1);
    if (found() === -1) throw new Error(`${this.name}: the connection is closed; expected ${JSON.stringify(expected)}`);
    this.#inbox.splice(found(), 1);
  }

  /** The next line must say who is here, somebody among them. */
  async hearsUsers(user: string): Promise<void> {
    await this.#waitFor('who is here', () => this.#inbox.length > 0);
    const got = this.#inbox.shift();
    if (got?.type !== 'users' || !got.users.includes(user))
      throw new Error(`${this.name}: expected ${user} to be here: ${JSON.stringify(got)}`);
  }

  /** Resolves when the server has done all that this client asked for. A client whose window does not listen yet is left in peace. */
  async settled(): Promise<void> {
    if (!this.#hasUnprobed || this.#midLine || this.#state === 'in' || this.wire.socket.destroyed) return;
    this.#hasUnprobed = false;
    const before = this.#probes;
    this.#questions.push('probe');
    this.wire.send({ type: 'users' });
    await this.#waitFor('the answer to a probe', () => this.#probes > before);
  }

  /** Resolves when this client has been told that a beacon is lit: all that was told before has come too. */
  async sees(beacon: string): Promise<void> {
    await this.#waitFor(`the light of ${beacon}`, () => this.#seenBeacons.includes(beacon));
    this.#seenBeacons.length = 0;
  }

  requireNothing(): void {
    if (this.#inbox.length > 0) throw new Error(`${this.name}: nobody expected ${JSON.stringify(this.#inbox)}`);
  }

  async #waitFor(what: string, holds: () => boolean): Promise<void> {
    await until(
      `${this.name}: ${what}`,
      listener => this.wire.onLine(listener),
      () => holds() || this.wire.socket.destroyed,
      10_000,
    );
  }

  #take(): void {
    for (; this.#taken < this.wire.lines.length; this.#taken++) {
      const text = this.wire.lines[this.#taken]!.bytes.toString('latin1');
      const line = readLine(text);
      if (line.type === 'users') {
        if (Array.isArray(line.users)) line.users = line.users.filter((name: string) => !beaconName.test(name));
        if (this.#questions.shift() === 'probe') this.#probes += 1;
        else this.#inbox.push(line);
      } else if (line.type === 'status' && beaconName.test(line.user)) {
        if (line.state === 'online') this.#seenBeacons.push(line.user);
      } else {
        this.#inbox.push(line);
      }
    }
  }
}

function readLine(text: string): Line {
  try {
    return JSON.parse(text);
  } catch {
    return { 'not JSON': text };
  }
}
