/** What was done, for the person at the terminal; standard output is for what was asked for. */
export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** One JSON value, for programs. C1 controls, which some terminals obey, are escaped too. */
export function printJson(value: unknown): void {
  const json = JSON.stringify(value, null, 2).replace(/[\u007f-\u009f]/g, c => `\\u00${c.charCodeAt(0).toString(16)}`);
  process.stdout.write(`${json}\n`);
}

/** A moment as it is shown; `otherwise` when there is none. */
export function moment(at: number | null | undefined, otherwise = ''): string {
  return at == null ? otherwise : new Date(at).toISOString();
}
