import type { AuditRecord } from '@aerie/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { endOf, startOf } from './moments.ts';
import { withDesk } from './run.ts';
import { moment, printJson } from './say.ts';
import { withSettings } from './settings.ts';
import type { Desk } from './socket.ts';
import { table } from './table.ts';

interface AuditOptions {
  search?: string;
  from?: number;
  to?: number;
  limit: number;
  json?: boolean;
}

const pageRows = 200;

/** `nester audit` */
export function addAuditCommand(program: Command): void {
  withSettings(
    program
      .command('audit')
      .description('show administrative acts, newest first ("nester export audit" writes out all of them)')
      .option('--search <words>', 'words that all stand in who, what, subject, detail or address')
      .addOption(new Option('--from <date>', 'from this day on, such as 2026-11-22').argParser(startOf))
      .addOption(new Option('--to <date>', 'up to the end of this day').argParser(endOf))
      .addOption(new Option('--limit <n>', 'so many at most').argParser(count).default(50))
      .option('--json', 'one JSON array'),
    'usual',
  ).action(async (options: AuditOptions) => {
    const records = await withDesk({ ...options }, {}, desk => newest(desk, options));
    if (options.json) printJson(records);
    else process.stdout.write(table(['time', 'who', 'did', 'to', 'detail', 'from'], records.map(rowOf)));
  });
}

async function newest(desk: Desk, { search, from, to, limit }: AuditOptions): Promise<AuditRecord[]> {
  const found: AuditRecord[] = [];
  while (found.length < limit) {
    const page = { before: found.at(-1)?.auditId, limit: Math.min(pageRows, limit - found.length) };
    const { records } = await desk.call('audit.list', { search, from, to, ...page });
    found.push(...records);
    if (records.length < page.limit) break;
  }
  return found;
}

function rowOf({ at, actor, action, subject, detail, door, address }: AuditRecord): string[] {
  return [moment(at), actor, action, subject, detail === '{}' ? '' : detail, door === 'local' ? 'this machine' : `${address} (${door})`];
}

function count(typed: string): number {
  if (!/^\d{1,7}$/.test(typed) || Number(typed) < 1) throw new InvalidArgumentError('write a whole number from 1.');
  return Number(typed);
}
