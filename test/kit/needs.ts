import { describe } from 'vitest';
import { type ProgramName, programPath } from '../../scripts/programs.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Programs that a skipped suite lacks. The runner prints them with the lines that install them. */
    missing?: ProgramName[];
  }
}

/**
 * `describe` for a suite that needs programs of the machine: `needs('chromium')('the journey', () => { … })`.
 * Without them the suite is skipped by name.
 */
export function needs(...names: ProgramName[]): (name: string, body: () => void) => void {
  const missing = names.filter(name => programPath(name) === undefined);
  return (name, body) => (missing.length === 0 ? describe(name, body) : describe.skip(name, { meta: { missing } }, body));
}

/**
 * The executable of a program that the suite `needs`. Call it inside tests and hooks: they do not run without the program.
 * PostgreSQL's other programs (initdb, pg_ctl) stand beside it.
 */
export function program(name: ProgramName): string {
  const path = programPath(name);
  if (path === undefined) throw new Error(`${name} is not on this machine: the suite must say needs('${name}')`);
  return path;
}
