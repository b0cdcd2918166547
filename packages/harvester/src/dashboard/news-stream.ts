import type { ServerResponse } from 'node:http';
import type { DashboardNews } from '@aerie/contract/dashboard';

const mostStreams = 32;
/** Changes that come thick and fast are told together. */
const togetherMs = 200;
/** What nobody tells of, such as a lost line, is seen by looking; and a silent proxy gets something to pass on. */
const lookMs = 3_000;
const signOfLifeMs = 15_000;
/** Then a stream ends, and the browser comes back: whether it may look is asked again. */
const streamMs = 600_000;

/** Tells whoever looks what is otherwise now, as Server-Sent Events. Looks only while somebody listens. */
export class NewsStream {
  readonly #news: () => DashboardNews;
  readonly #listeners = new Set<ServerResponse>();
  #last = '';
  #soon: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #toldAt = 0;

  constructor(news: () => DashboardNews) {
    this.#news = news;
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Begins with how things are. */
  open(response: ServerResponse): void {
    if (this.#listeners.size >= mostStreams) {
      response.writeHead(503, { 'retry-after': '30' }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    response.write(`retry: 2000\n${line(JSON.stringify(this.#news()))}`);
    this.#listeners.add(response);
    const end = setTimeout(() => response.end(), streamMs);
    response.on('close', () => {
      clearTimeout(end);
      this.#listeners.delete(response);
      if (this.#listeners.size === 0) this.#rest();
    });
    this.#looking ??= setInterval(() => this.tellNow(), lookMs);
  }

  /** Something may be otherwise. */
  changed(): void {
    if (this.isHeard) this.#soon ??= setTimeout(() => this.tellNow(), togetherMs);
  }

  close(): void {
    this.#rest();
    for (const listener of this.#listeners) listener.end();
  }

  /** Tells what is otherwise now, if anything is. */
  tellNow(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const text = JSON.stringify(this.#news());
    if (text !== this.#last) this.#tell(line(text));
    else if (Date.now() - this.#toldAt > signOfLifeMs) this.#tell(':\n\n');
    this.#last = text;
  }

  #tell(text: string): void {
    this.#toldAt = Date.now();
    for (const listener of this.#listeners) {
      // Who does not read is let go; the browser comes back and begins with how things are then.
      if (listener.writableNeedDrain) listener.destroy();
      else listener.write(text);
    }
  }

  #rest(): void {
    clearTimeout(this.#soon);
    clearInterval(this.#looking);
    this.#soon = undefined;
    this.#looking = undefined;
  }
}

function line(json: string): string {
  return `data: ${json}\n\n`;
}
