import { AppError, limits, type Role } from '@aerie/contract';
import { CsvError, parse } from 'csv-parse/sync';

/** One row of a class list, as it was typed. */
export interface ListedPerson {
  /** Line of the file, from 1. */
  line: number;
  name: string;
  role: string;
}

const accountHeaders = ['username', 'user name', 'user', 'utilisateur', "nom d'utilisateur", 'identifiant', 'login'];
const nameHeaders = ['name', 'nom', 'full name', 'nom complet', 'last name', 'nom de famille'];
const firstNameHeaders = ['prenom', 'first name', 'firstname'];
const roleHeaders = ['role'];

const roleNames: Record<string, Role> = {
  admin: 'admin',
  administrator: 'admin',
  administrateur: 'admin',
  administratrice: 'admin',
  technician: 'technician',
  technicien: 'technician',
  technicienne: 'technician',
  member: 'member',
  membre: 'member',
  viewer: 'viewer',
  lecteur: 'viewer',
  lectrice: 'viewer',
};

/** A role as people write it in English or French; undefined when it is none. */
export function roleNamed(typed: string): Role | undefined {
  const key = fold(typed);
  return Object.hasOwn(roleNames, key) ? roleNames[key] : undefined;
}

/**
 * Reads a class list: a spreadsheet's CSV (comma, semicolon or tab, with or without BOM) whose header names the columns
 * in English or French, or a plain list of names. A column with first names is put before the names.
 * @throws bad_input
 */
export function readClassList(csv: string): ListedPerson[] {
  const rows = readRows(csv);
  const header = rows[0]?.cells.map(fold);
  if (!header) return [];
  const column = (names: readonly string[]) => header.findIndex(cell => names.includes(cell));
  const account = column(accountHeaders);
  const name = account >= 0 ? account : column(nameHeaders);
  if (name < 0) {
    if (rows.some(({ cells }) => cells.slice(1).some(Boolean))) throw badList('no_name_column');
    return rows.map(({ line, cells }) => ({ line, name: cells[0] ?? '', role: '' }));
  }
  const first = account >= 0 ? -1 : column(firstNameHeaders);
  const role = column(roleHeaders);
  return rows.slice(1).map(({ line, cells }) => ({
    line,
    name: [cells[first], cells[name]].filter(Boolean).join(' '),
    role: cells[role] ?? '',
  }));
}

function readRows(csv: string): { line: number; cells: string[] }[] {
  try {
    const rows = parse(csv, {
      bom: true,
      delimiter: delimiterOf(csv),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      // The header is a row too.
      to: limits.importRows + 2,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    if (rows.length > limits.importRows + 1) throw badList('too_many_rows');
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record })).filter(({ cells }) => cells.some(Boolean));
  } catch (error) {
    if (error instanceof CsvError) throw badList('not_csv');
    throw error;
  }
}

/** The sign that the first line has most of. */
function delimiterOf(csv: string): string {
  const firstLine = csv.replace(/^\s+/, '').split(/\r?\n/, 1)[0]!;
  const count = (sign: string) => firstLine.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’‘]/g, "'")
    .replace(/[\s_]+/g, ' ')
    .trim()
    .toLowerCase();
}

function badList(reason: 'no_name_column' | 'too_many_rows' | 'not_csv'): AppError {
  return new AppError('bad_input', { field: 'csv', reason });
}
