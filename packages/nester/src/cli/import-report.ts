import type { CommandOutput } from '@aerie/contract';
import { table } from './table.ts';

/** As many rows of a kind are shown; the JSON has all. */
const mostRows = 200;

const kinds = ['accounts', 'messages'] as const;
export type Kind = (typeof kinds)[number];

/** What became of a row that was not simply taken. */
export interface ReportedRow {
  file: string;
  what: Kind;
  row: string;
  outcome: 'changed' | 'already' | 'refused';
  reason: string;
}

interface Counts {
  read: number;
  taken: number;
  changed: number;
  already: number;
  refused: number;
}

/** What an import did, or would do, row by row. */
export class ImportReport {
  readonly rows: ReportedRow[] = [];
  readonly #read = new Map<string, Record<Kind, number>>();

  addFile(file: string, read: Record<Kind, number>): void {
    this.#read.set(file, read);
  }

  add(row: ReportedRow): void {
    this.rows.push(row);
  }

  /** Rows that are here now, or would be. */
  get taken(): number {
    return this.#sum('taken') + this.#sum('changed');
  }

  get already(): number {
    return this.#sum('already');
  }

  json(head: { dryRun: boolean; zone: string; localTimes: number }, result: CommandOutput<'import.finish'>): string {
    const files = [...this.#read.keys()].map(file => ({
      file,
      accounts: this.#counts(file, 'accounts'),
      messages: this.#counts(file, 'messages'),
    }));
    return `${JSON.stringify({ ...head, ...result, files, rows: this.rows }, null, 2)}\n`;
  }

  text(): string {
    const lines = [...this.#read].flatMap(([file, read]) =>
      kinds
        .filter(kind => read[kind] > 0)
        .map(kind => {
          const { taken, changed, already, refused } = this.#counts(file, kind);
          return [file, kind, ...[read[kind], taken, changed, already, refused].map(String)];
        }),
    );
    const details = (['refused', 'changed'] as const).map(outcome => this.#details(outcome)).join('');
    return table(['file', 'what', 'read', 'taken', 'changed', 'already here', 'refused'], lines) + details;
  }

  #details(outcome: 'refused' | 'changed'): string {
    const rows = this.rows.filter(row => row.outcome === outcome);
    if (rows.length === 0) return '';
    const shown = rows.slice(0, mostRows).map(({ file, row, reason }) => [`${file}: ${row}`, reason]);
    const more = rows.length > mostRows ? `and ${rows.length - mostRows} more; --json has all\n` : '';
    return `\n${table([outcome, 'why'], shown)}${more}`;
  }

  #counts(file: string, kind: Kind): Counts {
    const of = (outcome: ReportedRow['outcome']) =>
      this.rows.filter(row => row.file === file && row.what === kind && row.outcome === outcome).length;
    const read = this.#read.get(file)![kind];
    const [changed, already, refused] = [of('changed'), of('already'), of('refused')];
    return { read, taken: read - changed - already - refused, changed, already, refused };
  }

  #sum(count: keyof Counts): number {
    return [...this.#read.keys()].flatMap(file => kinds.map(kind => this.#counts(file, kind)[count])).reduce((a, b) => a + b, 0);
  }
}
