import { availableParallelism } from 'node:os';
import { wrapDigest } from '../accounts/hashing.ts';

/** libuv has four threads for such work. */
const mostAtOnce = 4;
const barWidth = 30;

/** Wraps digests of old passwords in Argon2id, a few at once, in any order. */
export async function* wrappedDigests(digests: ReadonlyMap<number, string>): AsyncGenerator<{ index: number; hash: string }> {
  const waiting = digests.entries();
  const running = new Map<number, Promise<{ index: number; hash: string }>>();
  const begin = () => {
    const next = waiting.next();
    if (next.done) return;
    const [index, digest] = next.value;
    running.set(
      index,
      wrapDigest(digest).then(hash => ({ index, hash })),
    );
  };
  for (let i = 0; i < Math.min(mostAtOnce, availableParallelism()); i++) begin();
  while (running.size > 0) {
    const wrapped = await Promise.race(running.values());
    running.delete(wrapped.index);
    begin();
    yield wrapped;
  }
}

/** Shows how far some work is: a bar on a terminal, otherwise a line at every tenth. */
export class Progress {
  readonly #what: string;
  readonly #total: number;
  readonly #stream: NodeJS.WriteStream;
  #done = 0;
  #shown = -1;

  constructor(what: string, total: number, stream: NodeJS.WriteStream = process.stderr) {
    this.#what = what;
    this.#total = total;
    this.#stream = stream;
  }

  step(): void {
    this.#done += 1;
    const steps = this.#stream.isTTY ? 100 : 10;
    const at = Math.floor((this.#done * steps) / this.#total);
    if (at === this.#shown) return;
    this.#shown = at;
    const count = `${this.#done} of ${this.#total} ${this.#what}`;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${count}\n`);
      return;
    }
    const filled = Math.floor((this.#done * barWidth) / this.#total);
    this.#stream.write(`\r[${'#'.repeat(filled)}${' '.repeat(barWidth - filled)}] ${count}${this.#done === this.#total ? '\n' : ''}`);
  }
}
