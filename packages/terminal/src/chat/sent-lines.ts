import { type Draft, draftOf } from './line-editor.ts';

const most = 200;

/** The lines that were sent, to be fetched back with the arrows. What is being written keeps its place below them. */
export class SentLines {
  #lines: string[] = [];
  #at = 0;
  #draft: Draft | undefined;

  add(line: string): void {
    if (this.#lines.at(-1) !== line) this.#lines = [...this.#lines, line].slice(-most);
    this.#at = this.#lines.length;
    this.#draft = undefined;
  }

  /** The line before; undefined at the first. */
  up(current: Draft): Draft | undefined {
    if (this.#at === 0) return undefined;
    if (this.#at === this.#lines.length) this.#draft = current;
    this.#at -= 1;
    return draftOf(this.#lines[this.#at]!);
  }

  /** The line after; at the end what was being written. */
  down(): Draft | undefined {
    if (this.#at === this.#lines.length) return undefined;
    this.#at += 1;
    return this.#at === this.#lines.length ? (this.#draft ?? draftOf('')) : draftOf(this.#lines[this.#at]!);
  }
}
