/** What was done, for the person at the terminal; standard output is for what was asked for. */
export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** One JSON value, for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A moment as it is shown; `otherwise` when there is none. */
export function moment(at: number | null | undefined, otherwise = ''): string {
  return at == null ? otherwise : new Date(at).toISOString();
}
