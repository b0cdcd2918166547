/** One family of clients shows only the last of lines that come within 10 ms: unasked ones keep this distance. */
export const apartMs = 15;
/** More lines than this do not wait: whoever is sent that many cannot read them one by one, and nobody is slowed. */
export const mostWaiting = 64;
/** Messages that come faster than so many in so long are written by programs, and slowing them down helps nobody. */
export const busyMessages = 30;
export const busyMs = 500;
/** After such a flood, lines go out as they come until there was silence for so long. */
export const calmMs = 100;
/** What may be kept for a client whose window does not listen yet. */
const quietBytes = 256 * 1024;

const newline = 10;

/**
 * Unasked lines on their way to one old client: held back until its window listens, then one at a time. A line that comes
 * alone is not delayed; order is kept; a flood is written whole.
 */
export class Pacing {
  readonly #send: (lines: Buffer) => void;
  #waiting: Buffer[] = [];
  /** How many of those that wait, at the front, are answers. */
  #answers = 0;
  #isQuiet = false;
  #quietBytes = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #unaskedAt = Number.NEGATIVE_INFINITY;
  #floodUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #countedSince = Number.NEGATIVE_INFINITY;
  #counted = 0;

  constructor(send: (lines: Buffer) => void) {
    this.#send = send;
  }

  /** How many lines wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Takes whole lines.
   * @param areMessages what people say, and not notices of who is there
   */
  push(lines: Buffer, areMessages: boolean): void {
    if (this.#isQuiet) {
      this.#quietBytes += lines.length;
      if (this.#quietBytes <= quietBytes) this.#waiting.push(lines);
      return;
    }
    const now = performance.now();
    if (now >= this.#floodUntil && areMessages && this.#isBusy(lines, now)) this.#flood(now);
    if (this.#waiting.length === 0) {
      const isOne = lines.indexOf(newline) === lines.length - 1;
      if (now < this.#floodUntil || (isOne && now - this.#lastAt >= apartMs)) {
        if (now < this.#floodUntil) this.#floodUntil = now + calmMs;
        this.#write(lines, now);
        return;
      }
    }
    this.#queue(lines);
    this.#next(now);
  }

  /**
   * Takes an answer when it would come too soon after an unasked line, which nobody would see then.
   * @returns whether it was taken; otherwise it is to be sent now
   */
  takes(answer: string): boolean {
    const now = performance.now();
    const isSoon = now >= this.#floodUntil && now - this.#unaskedAt < apartMs;
    // None overtakes another.
    if (this.#isQuiet || !(isSoon || this.#answers > 0)) return false;
    this.#waiting.splice(this.#answers++, 0, Buffer.from(answer));
    if (this.#waiting.length > mostWaiting) this.#flood(now);
    else this.#next(now);
    return true;
  }

  /** The client was answered just now: what is unasked keeps its distance from that too. */
  answered(): void {
    this.#lastAt = performance.now();
  }

  /** From now on lines wait: the client's window does not listen yet. */
  hold(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const answers = this.#waiting.splice(0, this.#answers);
    this.#answers = 0;
    if (answers.length > 0) {
      this.#lastAt = performance.now();
      this.#send(Buffer.concat(answers));
    }
    this.#isQuiet = true;
    this.#quietBytes = 0;
  }

  release(): void {
    if (!this.#isQuiet) return;
    this.#isQuiet = false;
    for (const lines of this.#waiting.splice(0)) this.#queue(lines);
    this.#next(performance.now());
  }

  /** Sends what waits at once, since the end comes after it; a window that does not listen yet would lose it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#answers = 0;
    if (!this.#isQuiet && waiting.length > 0) this.#write(Buffer.concat(waiting), performance.now());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #isBusy(lines: Buffer, now: number): boolean {
    if (now - this.#countedSince >= busyMs) {
      this.#countedSince = now;
      this.#counted = 0;
    }
    for (let end = lines.indexOf(newline); end !== -1 && this.#counted <= busyMessages; end = lines.indexOf(newline, end + 1))
      this.#counted++;
    return this.#counted > busyMessages;
  }

  /** What waits goes out at once, and so does what comes, until it is calm again. */
  #flood(now: number): void {
    this.flush();
    this.#floodUntil = now + calmMs;
  }

  #queue(lines: Buffer): void {
    for (let from = 0; from < lines.length; ) {
      const end = lines.indexOf(newline, from) + 1 || lines.length;
      this.#waiting.push(lines.subarray(from, end));
      from = end;
      if (this.#waiting.length <= mostWaiting) continue;
      this.#waiting.push(lines.subarray(from));
      this.#flood(performance.now());
      return;
    }
  }

  #next(now: number): void {
    if (this.#waiting.length === 0) return;
    const waitMs = this.#lastAt + apartMs - now;
    if (waitMs > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#next(performance.now());
      }, Math.ceil(waitMs));
      return;
    }
    const isAnswer = this.#answers > 0;
    const line = this.#waiting.shift() as Buffer;
    if (isAnswer) {
      this.#answers--;
      this.#lastAt = now;
      this.#send(line);
    } else {
      this.#write(line, now);
    }
    this.#next(now);
  }

  #write(lines: Buffer, now: number): void {
    this.#lastAt = now;
    this.#unaskedAt = now;
    this.#send(lines);
  }
}
