import { isCommandName } from '@aerie/contract';
import type { Place } from '../../kit/old-wire.ts';
import { password } from '../../kit/people.ts';
import { within } from '../../kit/wait.ts';
import { Part } from './part.ts';
import type { Session, Step } from './session.ts';
import type { Theatre } from './theatre.ts';

let runs = 0;

/** Plays a session on one door; throws where it goes otherwise than written, naming the line of the file. */
export async function play(session: Session, theatre: Theatre, place: Place): Promise<void> {
  const player = new Player(session, theatre, place);
  for (const name of session.accounts) await theatre.person(name);
  try {
    for (const step of session.steps) {
      await player.play(step).catch((error: Error) => {
        throw new Error(`${session.file}:${step.at}: ${error.message}`);
      });
    }
    await player.finish();
  } finally {
    await player.leave();
  }
}

class Player {
  readonly #session: Session;
  readonly #theatre: Theatre;
  readonly #place: Place;
  readonly #parts = new Map<string, Part>();
  readonly #ms = String(10_000 + (Date.now() % 90_000));
  readonly #run = `r${process.pid.toString(36)}${++runs}`;

  constructor(session: Session, theatre: Theatre, place: Place) {
    this.#session = session;
    this.#theatre = theatre;
    this.#place = place;
  }

  async play(step: Step): Promise<void> {
    switch (step.kind) {
      case 'connects':
        await this.#part(step.who);
        return;
      case 'enters':
        return await this.#enter(step.who, step.user);
      case 'leaves':
        (await this.#part(step.who)).wire.socket.end();
        return;
      case 'sends':
        (await this.#part(step.who)).write(`${await this.#filled(step.text)}\n`);
        return;
      case 'sendsBytes':
        (await this.#part(step.who)).write(bytesOf(await this.#filled(step.text)));
        // What follows comes to the server in a read of its own.
        return await this.#theatre.turn();
      case 'hears':
        return await (await this.#part(step.who)).hears(JSON.parse(await this.#filled(step.text)));
      case 'hearsToo':
        return await (await this.#part(step.who)).hearsToo(JSON.parse(await this.#filled(step.text)));
      case 'nothing':
        await this.#settle();
        return (await this.#part(step.who)).requireNothing();
      case 'closed':
        return await within(10_000, `the end of ${step.who}'s connection`, (await this.#part(step.who)).wire.closed);
      case 'calls':
        if (!isCommandName(step.command)) throw new Error(`there is no command ${step.command}`);
        await this.#theatre.admin.http.call(step.command, JSON.parse(await this.#filled(step.text)));
        return;
      case 'stops': {
        const code = await this.#theatre.nester.stop();
        if (code !== 0) throw new Error(`the server ended with ${code}`);
      }
    }
  }

  /** Nobody has got anything that the session does not tell, and every byte was right. */
  async finish(): Promise<void> {
    if (this.#theatre.nester.isRunning) await this.#settle();
    for (const part of this.#parts.values()) {
      part.requireNothing();
      const [flaw] = part.wire.flaws();
      if (flaw) throw new Error(`${this.#session.file}: ${part.name}: ${flaw}`);
    }
  }

  async leave(): Promise<void> {
    for (const part of this.#parts.values()) await part.wire.close();
    if (this.#theatre.nester.isRunning) await this.#theatre.empty();
  }

  async #enter(who: string, user: string): Promise<void> {
    const { userId } = await this.#theatre.person(user);
    const isNews = !this.#theatre.isHere(userId);
    const others = [...this.#parts.values()].filter(part => part.hearsNotices);
    const part = await this.#part(who);
    part.write(`${JSON.stringify({ type: 'login', username: user, password })}\n`);
    await part.hears({ type: 'login', status: 'ok', username: user });
    await this.#theatre.told(user, true);
    part.write('{"type":"users"}\n');
    await part.hearsUsers(user);
    if (isNews) for (const other of others) await other.hears({ type: 'status', user, state: 'online' });
  }

  /** The server has done all that it was asked for, and everybody has got what it sent. */
  async #settle(): Promise<void> {
    const parts = [...this.#parts.values()];
    await Promise.all(parts.map(part => part.settled()));
    const hearing = parts.filter(part => part.hearsNotices);
    if (hearing.length > 0) await this.#theatre.light(async beacon => void (await Promise.all(hearing.map(part => part.sees(beacon)))));
  }

  async #part(name: string): Promise<Part> {
    const known = this.#parts.get(name);
    if (known) return known;
    const part = await Part.connect(name, this.#place, this.#session.guests.includes(name));
    this.#parts.set(name, part);
    return part;
  }

  async #filled(text: string): Promise<string> {
    let filled = text
      .replaceAll('$password', password)
      .replaceAll('$run', this.#run)
      .replaceAll('$ms', this.#ms)
      .replace(/\$long\((\d+)\)/g, (_, length: string) => 'x'.repeat(Number(length)));
    for (const [whole, name] of filled.matchAll(/\$id\((\w+)\)/g))
      filled = filled.replace(whole, (await this.#theatre.person(name!)).userId);
    return filled;
  }
}

function bytesOf(text: string): Buffer {
  const pieces = text.split(/(\\x[0-9a-f]{2}|\\[nr\\])/);
  const meanings: Record<string, string> = { '\\n': '\n', '\\r': '\r', '\\\\': '\\' };
  return Buffer.concat(
    pieces.map(piece => {
      if (piece.startsWith('\\x')) return Buffer.from(piece.slice(2), 'hex');
      return Buffer.from(meanings[piece] ?? piece);
    }),
  );
}
