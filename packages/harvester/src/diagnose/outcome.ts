import { type DiagnosticSummary, summaryOf } from '@aerie/contract/diagnostic-words';
import type { DiagnosticRequest } from '@aerie/contract/diagnostics';
import type { Policy } from '@aerie/contract/reports';

/** How a diagnostic ended, and what came of it. */
export interface Outcome {
  readonly state: 'done' | 'failed' | 'cancelled';
  readonly summary: DiagnosticSummary;
}

/** What whoever performs a diagnostic is given. */
export interface Task<R extends DiagnosticRequest = DiagnosticRequest> {
  readonly request: R;
  /** As it is in force now. */
  readonly policy: Policy;
  readonly signal: AbortSignal;
  /** Says a line; text from the network may be in it as it came. */
  line(text: string): void;
}

export type TaskOf<K extends DiagnosticRequest['do']> = Task<Extract<DiagnosticRequest, { do: K }>>;

/** Ends a diagnostic with what is to be said of it. */
export class Refusal extends Error {
  readonly summary: DiagnosticSummary;

  constructor(...said: Parameters<typeof summaryOf>) {
    super(said[0]);
    this.summary = summaryOf(...said);
  }
}

export const done = (...said: Parameters<typeof summaryOf>): Outcome => ({ state: 'done', summary: summaryOf(...said) });
export const failed = (...said: Parameters<typeof summaryOf>): Outcome => ({ state: 'failed', summary: summaryOf(...said) });

/** Milliseconds as they are shown: to the microsecond. */
export function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
