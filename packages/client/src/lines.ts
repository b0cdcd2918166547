/** Cuts a stream of text into its lines; what has no end yet waits for the next piece. */
export class LineSplitter {
  #rest = '';

  /** The lines that `chunk` completes, without their ends; blank ones are left out. */
  push(chunk: string): string[] {
    const pieces = (this.#rest + chunk).split('\n');
    this.#rest = pieces.pop()!;
    return pieces.map(piece => piece.trim()).filter(line => line !== '');
  }
}
