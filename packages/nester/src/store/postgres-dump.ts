import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { copiedRows } from './copied-rows.ts';
import { type RunningTool, runTool, ToolFault } from './postgres-tools.ts';
import { type Counted, countedTables, DatabaseFault, type Holding, type Renewal } from './snapshot.ts';

const connectMs = 10_000;
/** How long others may take to leave the database before it is replaced. */
const leaveMs = 3_000;

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: connectMs, keepAlive: true });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new Error(`PostgreSQL cannot be reached: ${(error as Error).message}.`);
  }
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Writes what a database holds at one moment into a new file (mode 0600), as `pg_dump -Fc` does.
 * @returns what it holds at that same moment
 * @throws ToolFault
 */
export async function dumpPostgres(databaseUrl: string, into: string): Promise<Holding> {
  return await withClient(databaseUrl, async client => {
    await client.query('set idle_in_transaction_session_timeout = 0');
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query<{ id: string }>('select pg_export_snapshot() as id');
    const holding = await holdingOf(client);
    closeSync(openSync(into, 'wx', 0o600));
    // Compressed with the archive around it.
    const args = ['--format=custom', '--compress=0', '--no-owner', '--no-privileges', `--snapshot=${rows[0]!.id}`, `--file=${into}`];
    const { stdin, stdout, ended } = runTool('pg_dump', args, databaseUrl);
    stdin.end();
    stdout.resume();
    await ended;
    return holding;
  });
}

async function holdingOf(client: pg.Client): Promise<Holding> {
  const is = async (table: string) => (await client.query('select to_regclass($1) is not null as there', [table])).rows[0].there === true;
  if (!(await is('log_head')) || !(await is('kysely_migration'))) throw new DatabaseFault('the database holds no data of Nester');
  const { rows } = await client.query<{ epoch: string; seq: string; schema: string }>(
    'select epoch, seq, (select max(name) from kysely_migration) as schema from log_head',
  );
  const counts: Partial<Record<Counted, number>> = {};
  for (const [what, table] of Object.entries(countedTables) as [Counted, string][]) {
    counts[what] = (await is(table)) ? Number((await client.query(`select count(*) as n from ${table}`)).rows[0].n) : 0;
  }
  const { epoch, seq, schema } = rows[0]!;
  return { schema, epoch, seq: Number(seq), counts: counts as Holding['counts'] };
}

/** The epoch of a database's log; undefined when there are no data of Nester in it. */
export async function epochOfPostgres(databaseUrl: string): Promise<string | undefined> {
  return await withClient(databaseUrl, async client => {
    const { rows } = await client.query<{ there: boolean }>(`select to_regclass('log_head') is not null as there`);
    if (!rows[0]!.there) return undefined;
    return (await client.query<{ epoch: string }>('select epoch from log_head')).rows[0]?.epoch;
  });
}

/**
 * Reads a dump through, to its last row, without a server.
 * @throws ToolFault, DatabaseFault
 */
export async function inspectDump(file: string): Promise<Holding> {
  const { stdin, stdout, ended, kill } = runTool('pg_restore', ['--file=-', file]);
  stdin.end();
  try {
    const tables = Object.values(countedTables);
    const found = await copiedRows(stdout, ['log_head', 'kysely_migration']);
    await ended;
    const head = found.rows.get('log_head')?.[0];
    const migrations = found.rows.get('kysely_migration') ?? [];
    if (!head || migrations.length === 0) throw new DatabaseFault('the dump is none of Nester');
    const counts = Object.fromEntries(Object.keys(countedTables).map((what, i) => [what, found.counts.get(tables[i]!) ?? 0]));
    const schema = migrations
      .map(({ name }) => name!)
      .sort()
      .at(-1)!;
    return { schema, epoch: head.epoch!, seq: Number(head.seq), counts: counts as Holding['counts'] };
  } finally {
    kill();
  }
}

/** All tables, with what belongs to them: those of a newer Nester too, which the dump does not know. */
const dropAll = `DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT schemaname, tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I.%I CASCADE', t.schemaname, t.tablename);
  END LOOP; END $$;`;

/**
 * Puts a dump in the place of what a database holds, in one transaction: until its end, and when anything fails, nothing has
 * changed. When this process is killed the transaction is never committed, since the word for it is the last that is sent.
 * @throws ToolFault, or Error when others work with the database
 */
export async function restoreDump(databaseUrl: string, file: string, renewal: Renewal): Promise<void> {
  await withClient(databaseUrl, alone);
  const source = runTool('pg_restore', ['--no-owner', '--no-privileges', '--file=-', file]);
  source.stdin.end();
  const target = runTool('psql', ['--no-psqlrc', '--quiet', '--output=/dev/null', '--set=ON_ERROR_STOP=1', '--file=-'], databaseUrl);
  target.stdout.resume();
  try {
    target.stdin.write(`BEGIN;\nSET LOCAL lock_timeout = '15s';\nSET LOCAL client_min_messages = 'warning';\n${dropAll}\n`);
    for await (const chunk of restricted(source)) {
      if (!target.stdin.write(chunk)) await Promise.race([drained(target.stdin), target.ended]);
    }
    await source.ended;
    target.stdin.end(`${renewalOf(renewal)}\nCOMMIT;\n`);
    await target.ended;
  } finally {
    source.kill();
    target.kill();
  }
}

function renewalOf({ epoch, endSessions, audit }: Renewal): string {
  const values = Object.values(audit).map(value => (value === null ? 'NULL' : pg.escapeLiteral(String(value))));
  return [
    // The dump has emptied the search path.
    'RESET search_path;',
    `UPDATE log_head SET epoch = ${pg.escapeLiteral(epoch)};`,
    ...(endSessions ? ['DELETE FROM session;'] : []),
    `INSERT INTO audit (${Object.keys(audit).join(', ')}) VALUES (${values.join(', ')});`,
  ].join('\n');
}

/**
 * With this before all else, psql does nothing but SQL until the word for the end comes, which nobody knows who made the dump.
 * What pg_restore wrote before August 2025 (CVE-2025-8714) has psql run any program that a dump names.
 */
const restriction = /^--\n-- PostgreSQL database dump\n--\n\n\\restrict [A-Za-z0-9]{16,}\n/;
const restrictionBytes = 256;

/** @throws ToolFault before anything of the dump is given out, when it is not restricted */
async function* restricted({ stdout, ended }: RunningTool): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let isRestricted = false;
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    if (isRestricted) yield chunk;
    else head = Buffer.concat([head, chunk]);
    if (isRestricted || head.length < restrictionBytes) continue;
    requireRestriction(head);
    isRestricted = true;
    yield head;
  }
  if (isRestricted) return;
  await ended;
  requireRestriction(head);
  yield head;
}

function requireRestriction(head: Buffer): void {
  if (!restriction.test(head.toString('latin1')))
    throw new ToolFault(
      'pg_restore on this machine is too old to restore a dump safely: "apt-get install postgresql-client" brings a newer one.',
    );
}

const drained = (stream: NodeJS.WritableStream) => new Promise<void>(resolve => stream.once('drain', resolve));

/** @throws Error when anybody else is connected */
async function alone(client: pg.Client): Promise<void> {
  for (const since = Date.now(); ; await delay(200)) {
    const { rows } = await client.query<{ n: string }>(
      `select count(*) as n from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    const others = Number(rows[0]!.n);
    if (others === 0) return;
    if (Date.now() - since > leaveMs)
      throw new Error(
        `The database is in use by ${others === 1 ? 'another program' : `${others} other programs`}. Stop every Nester that uses it, then try again.`,
      );
  }
}
