import { type Completion, completed, completionOf, type Vocabulary } from './completion.ts';
import { type Draft, edit, emptyDraft, insert } from './line-editor.ts';
import { SentLines } from './sent-lines.ts';

/** What is being written: a draft a channel, the lines sent before, the completion that Tab goes through. */
export class Prompt {
  readonly #sent = new SentLines();
  readonly #drafts = new Map<string, Draft>();
  #draft = emptyDraft;
  #completion: { completion: Completion; index: number; before: Draft } | undefined;

  get draft(): Draft {
    return this.#draft;
  }

  /** The ways to complete the draft, while Tab goes through them. */
  get choices(): readonly string[] {
    return this.#completion?.completion.choices ?? [];
  }

  /** Puts a text in at the cursor. */
  insert(text: string): void {
    this.write(insert(this.#draft, text));
  }

  write(draft: Draft): void {
    this.#completion = undefined;
    this.#draft = draft;
  }

  /** Takes a key of editing or of the lines sent before; answers whether it was one. */
  press(key: string): boolean {
    const draft = key === 'up' ? this.#sent.up(this.#draft) : key === 'down' ? this.#sent.down() : edit(this.#draft, key);
    if (draft) this.write(draft);
    return draft !== undefined;
  }

  /** Goes on to the next way to complete the draft, or back. */
  complete(by: 1 | -1, words: Vocabulary): void {
    const running = this.#completion;
    const before = running?.before ?? this.#draft;
    const completion = running?.completion ?? completionOf(before, words);
    if (!completion) return;
    const { length } = completion.choices;
    const start = by === 1 ? 0 : length - 1;
    const index = running ? (running.index + by + length) % length : start;
    this.#draft = completed(completion, before, index);
    // The only choice is made: the next Tab begins anew.
    this.#completion = length > 1 ? { completion, index, before } : undefined;
  }

  /** Back to what stood there before Tab. */
  cancel(): void {
    if (this.#completion) this.write(this.#completion.before);
  }

  /** The draft is sent: it can be fetched back with the arrows. */
  sent(): void {
    this.#sent.add(this.#draft.text);
    this.write(emptyDraft);
  }

  /** Another channel: its draft, and the one before is kept. */
  turn(from: string | undefined, to: string): void {
    if (from !== undefined) this.#drafts.set(from, this.#draft);
    this.write(this.#drafts.get(to) ?? emptyDraft);
    this.#drafts.delete(to);
  }
}
