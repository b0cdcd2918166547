import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DiagnosticRequest } from '@aerie/contract/diagnostics';
import type { Outcome } from './outcome.ts';

const mostBytes = 1024 * 1024;

interface Entry {
  readonly at: number;
  readonly by: string;
  readonly request: DiagnosticRequest;
  /** Absent when it begins. */
  readonly outcome?: Outcome;
}

/** The probe's own record of what it was asked by hand: `audit.log`, one JSON object a line, and one file of older ones. */
export class AuditFile {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'audit.log');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** @throws when it cannot be written: what cannot be recorded is not done */
  write({ at, by, request, outcome }: Entry): void {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > mostBytes) renameSync(this.#path, `${this.#path}.1`);
    const line = { at: new Date(at).toISOString(), by, asked: request, ...(outcome ?? { state: 'begun' }) };
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}
