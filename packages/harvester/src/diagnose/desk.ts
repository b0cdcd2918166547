import { type DiagnosticSummary, summaryOf } from '@aerie/contract/diagnostic-words';
import { type DiagnosticRequest, diagnosticLimitMs, diagnosticLines } from '@aerie/contract/diagnostics';
import type { Policy } from '@aerie/contract/reports';
import { clean } from '../scan/findings.ts';
import type { AuditFile } from './audit-file.ts';
import { type Outcome, Refusal, type Task } from './outcome.ts';

const atOnce = 4;
/** Lines that come within this time travel together. */
const gatherMs = 100;
const linesPerFrame = 20;
const lineChars = 500;

/** A diagnostic as Nester, or somebody at this machine, asks for it. */
export interface Asked {
  readonly diagnosticId: string;
  readonly request: DiagnosticRequest;
  readonly limitMs: number;
  readonly by: string;
}

interface Said {
  readonly diagnosticId: string;
  readonly lines: string[];
  readonly end?: { state: Outcome['state']; summary: DiagnosticSummary };
}

interface DeskParts {
  policy(): Policy;
  perform(task: Task): Promise<Outcome>;
  /** Tells whoever asked. */
  report(said: Said): void;
  readonly audit: Pick<AuditFile, 'write'>;
  now(): number;
}

class Cancelled extends Error {}
class Late extends Error {}

/** Where diagnostics are asked for: a few at once, each within its time, all of it recorded. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #running = new Map<string, { control: AbortController; over: Promise<void> }>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  start(asked: Asked): void {
    const { diagnosticId } = asked;
    if (this.#running.has(diagnosticId)) return;
    if (this.#running.size >= atOnce) {
      this.#parts.report({ diagnosticId, lines: [], end: { state: 'failed', summary: summaryOf('full', { count: atOnce }) } });
      return;
    }
    const control = new AbortController();
    const over = this.#run(asked, control).finally(() => this.#running.delete(diagnosticId));
    this.#running.set(diagnosticId, { control, over });
  }

  cancel(diagnosticId: string): void {
    this.#running.get(diagnosticId)?.control.abort(new Cancelled());
  }

  /** Whoever asked is gone, or this probe ends. */
  async cancelAll(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { control } of all) control.abort(new Cancelled());
    await Promise.all(all.map(({ over }) => over));
  }

  async #run({ diagnosticId, request, limitMs, by }: Asked, control: AbortController): Promise<void> {
    const { audit, now, perform, policy, report } = this.#parts;
    const allowedMs = Math.min(limitMs, diagnosticLimitMs[request.do]);
    const late = setTimeout(() => control.abort(new Late()), allowedMs);
    let waiting: string[] = [];
    let said = 0;
    let timer: NodeJS.Timeout | undefined;
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      for (; waiting.length > 0; waiting = waiting.slice(linesPerFrame)) report({ diagnosticId, lines: waiting.slice(0, linesPerFrame) });
    };
    const line = (text: string) => {
      if (said >= diagnosticLines) return;
      said += 1;
      waiting.push(said === diagnosticLines ? '…' : (clean(text, lineChars) ?? ''));
      timer ??= setTimeout(flush, gatherMs);
    };
    let outcome: Outcome;
    try {
      audit.write({ at: now(), by, request });
      outcome = await perform({ request, policy: policy(), signal: control.signal, line });
    } catch (error) {
      outcome = outcomeOf(control.signal.aborted ? control.signal.reason : error, allowedMs);
    }
    clearTimeout(late);
    flush();
    report({ diagnosticId, lines: [], end: outcome });
    try {
      audit.write({ at: now(), by, request, outcome });
    } catch {
      // Its beginning stands there; a disk that filled up meanwhile is seen by the spool.
    }
  }
}

function outcomeOf(error: unknown, allowedMs: number): Outcome {
  if (error instanceof Refusal) return { state: 'failed', summary: error.summary };
  if (error instanceof Cancelled) return { state: 'cancelled', summary: summaryOf('cancelled') };
  if (error instanceof Late) return { state: 'failed', summary: summaryOf('late', { seconds: allowedMs / 1_000 }) };
  const reason = error instanceof Error ? error.message : String(error);
  return { state: 'failed', summary: summaryOf('failed', { reason: clean(reason, 200) ?? '?' }) };
}
