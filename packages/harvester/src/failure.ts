/** What a command ends with when it cannot do its work: one line, what is wrong and the mend. */
export class Failure extends Error {}

/** Any error as one line. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
