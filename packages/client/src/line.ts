import type { EventFrame } from '@aerie/contract';
import { frameOfSaid, type SaidFrame } from '@aerie/contract/brief';
import type { AnswerFrame, ErrorFrame } from '@aerie/contract/frames';
import { Heartbeat } from './heartbeat.ts';
import { LineSplitter } from './lines.ts';
import { type Ask, Requests } from './requests.ts';
import type { OpenTransport, Transport } from './transport.ts';

interface LineEvents {
  open(): void;
  event(frame: EventFrame): void;
  /** Once; not when it was closed by `close`. The code is the WebSocket's. */
  lost(code: number | undefined): void;
  /** Runs the work of one piece of text, however many frames it holds. */
  batch(work: () => void): void;
}

/** One line to the server, from its opening to its end: frames in, frames out, and a watch on silence. */
export class Line {
  readonly #on: LineEvents;
  readonly #transport: Transport;
  readonly #requests = new Requests(text => this.#transport.send(text));
  readonly #splitter = new LineSplitter();
  readonly #heartbeat: Heartbeat;
  #isOpen = false;
  #over = false;

  constructor(open: OpenTransport, now: () => number, on: LineEvents) {
    this.#on = on;
    this.#heartbeat = new Heartbeat({
      probe: () => this.ask('session.show', {}, { ok: () => {}, failed: () => {} }),
      lost: () => this.lose(),
      now,
    });
    this.#heartbeat.expectOpen();
    this.#transport = open({
      open: () => {
        if (this.#over) return;
        this.#isOpen = true;
        this.#heartbeat.start();
        on.open();
      },
      text: chunk => {
        if (this.#over) return;
        this.#heartbeat.heard();
        on.batch(() => this.#read(chunk));
      },
      close: code => this.lose(code),
    });
  }

  readonly ask: Ask = (name, input, outcome) => this.#requests.ask(name, input, outcome);

  /** Makes sure that the line still holds. One that is being opened takes no question yet, and is given up in time anyway. */
  doubt(): void {
    if (this.#isOpen && !this.#over) this.#heartbeat.doubt();
  }

  /** Gives the line up as lost. */
  lose(code?: number): void {
    if (this.#over) return;
    this.close();
    this.#on.lost(code);
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#heartbeat.stop();
    this.#transport.close();
    this.#requests.lose();
  }

  #read(chunk: string): void {
    for (const text of this.#splitter.push(chunk)) {
      if (this.#over) return;
      const frame = parsed(text);
      // Whoever is there does not speak our language, or a piece was lost: begin again.
      if (!frame) this.lose();
      else if (isSaid(frame)) this.#on.event(frameOfSaid(frame));
      else if ('event' in frame) this.#on.event(frame);
      else this.#requests.answer(frame);
    }
  }
}

const isSaid = (frame: AnyFrame): frame is SaidFrame => 'said' in frame && Array.isArray(frame.said);

type AnyFrame = EventFrame | SaidFrame | AnswerFrame | ErrorFrame;

function parsed(text: string): AnyFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === 'object' && frame !== null ? (frame as AnyFrame) : undefined;
  } catch {
    return undefined;
  }
}
