import { type CommandInput, commands } from '@aerie/contract';
import { CsvError, parse } from 'csv-parse/sync';
import { isZone } from '../sites/policy.ts';
import { Failure } from './failure.ts';

type Fields = CommandInput<'site.create'>;

/** A site as a line of a list says it; what the list does not say stays as it is. */
export interface ListedSite {
  line: number;
  code: string;
  fields: Partial<Omit<Fields, 'code'>>;
}

const columns = ['code', 'name', 'group', 'zone', 'latitude', 'longitude'] as const;
type Column = (typeof columns)[number];

/** What French spreadsheets call them. */
const otherNames: Record<string, Column> = {
  nom: 'name',
  groupe: 'group',
  fuseau: 'zone',
  lat: 'latitude',
  lon: 'longitude',
  lng: 'longitude',
};

/** Most sites of one list. */
const mostSites = 5_000;

/**
 * Reads a list of sites: a spreadsheet's CSV (comma, semicolon or tab) with a header of the columns code, name, group,
 * zone, latitude, longitude, of which code and name must be there.
 * @throws Failure that names the first line which is not right: then nothing of the list is done
 */
export function readSiteList(csv: string): ListedSite[] {
  const rows = rowsOf(csv);
  const header = (rows[0]?.cells ?? []).map(cell => {
    const name = cell.trim().toLowerCase();
    return columns.find(column => column === name) ?? otherNames[name];
  });
  if (!header.includes('code') || !header.includes('name'))
    throw new Failure('The list has no header with the columns code and name. Columns: code,name,group,zone,latitude,longitude.');
  const seen = new Set<string>();
  return rows.slice(1).map(({ line, cells }) => {
    const typed: Partial<Record<Column, string>> = {};
    header.forEach((column, n) => {
      const cell = cells[n]?.trim() ?? '';
      if (column !== undefined && cell !== '') typed[column] = cell;
    });
    const { code = '', latitude, longitude, ...texts } = typed;
    const fields = { ...texts, ...placeOf(line, { latitude, longitude }), code: code.toUpperCase() };
    const read = commands['site.create'].input.safeParse({ ...fields, name: fields.name ?? '' });
    if (!read.success) {
      const [issue] = read.error.issues;
      throw new Failure(`Line ${line}: the column ${String(issue?.path[0])} is not right: ${issue?.message}. Nothing was done.`);
    }
    if (fields.zone !== undefined && !isZone(fields.zone))
      throw new Failure(`Line ${line}: ${JSON.stringify(fields.zone)} is no time zone. Nothing was done.`);
    if (seen.has(fields.code)) throw new Failure(`Line ${line}: the site ${fields.code} is there twice. Nothing was done.`);
    seen.add(fields.code);
    const { code: _, ...rest } = fields;
    return { line, code: fields.code, fields: rest };
  });
}

/** A decimal number as people write it, with a point or a comma. */
function placeOf(
  line: number,
  typed: { latitude: string | undefined; longitude: string | undefined },
): { latitude?: number; longitude?: number } {
  const place: { latitude?: number; longitude?: number } = {};
  for (const column of ['latitude', 'longitude'] as const) {
    const text = typed[column];
    if (text === undefined) continue;
    const number = Number(text.replace(',', '.'));
    if (!Number.isFinite(number)) throw new Failure(`Line ${line}: the ${column} ${JSON.stringify(text)} is no number. Nothing was done.`);
    place[column] = number;
  }
  return place;
}

function rowsOf(csv: string): { line: number; cells: string[] }[] {
  const firstLine = csv.replace(/^\s+/, '').split(/\r?\n/, 1)[0]!;
  const delimiter = [',', ';', '\t'].reduce((best, sign) => (firstLine.split(sign).length > firstLine.split(best).length ? sign : best));
  try {
    const options = { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, to: mostSites + 2 } as const;
    const rows = parse(csv, options) as unknown as { record: string[]; info: { lines: number } }[];
    if (rows.length > mostSites + 1) throw new Failure(`The list has more than ${mostSites} sites: split it.`);
    return rows
      .map(({ record, info }) => ({ line: info.lines, cells: record }))
      .filter(({ cells }) => cells.some(cell => cell.trim() !== ''));
  } catch (error) {
    if (error instanceof CsvError) throw new Failure(`The list is not CSV: ${error.message}`);
    throw error;
  }
}
