import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection that asks in Aerie's frames and takes the time from the question to the last byte of its answer. */
export class Talker {
  readonly #socket: Socket;
  #lastId = 0;
  #waiting: { head: string; answered: PromiseWithResolvers<Buffer> } | undefined;
  #parts: Buffer[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', chunk => this.#take(chunk));
    socket.on('close', () => this.#waiting?.answered.reject(new Error('the server closed the connection')));
  }

  static async connect(port: number): Promise<Talker> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    return new Talker(socket);
  }

  async ask(name: string, input: object): Promise<{ ms: number; bytes: number; ok: Record<string, unknown> }> {
    const id = ++this.#lastId;
    const answered = Promise.withResolvers<Buffer>();
    this.#waiting = { head: `{"id":${id},`, answered };
    const before = performance.now();
    this.#socket.write(`${JSON.stringify({ id, do: name, input })}\n`);
    const line = await answered.promise;
    const ms = performance.now() - before;
    const { ok, error } = JSON.parse(line.toString()) as { ok?: Record<string, unknown>; error?: { message: string } };
    if (!ok) throw new Error(`${name}: ${error?.message}`);
    return { ms, bytes: line.length, ok };
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(from, end)]);
      this.#parts = [];
      from = end + 1;
      // Events that come unasked are passed over.
      if (this.#waiting && line.subarray(0, this.#waiting.head.length).toString() === this.#waiting.head)
        this.#waiting.answered.resolve(line);
    }
    if (from < chunk.length) this.#parts.push(chunk.subarray(from));
  }
}
