import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { programPath } from '../../../scripts/programs.ts';
import { type Server, startServer } from '../../kit/server.ts';
import { figureNames, type Peer } from './peer.ts';

/** Where Debian's package keeps the tables. */
const tables = '/usr/share/zabbix-server-pgsql';

/** Zabbix's trapper with PostgreSQL, both of Debian with their own folder: figures come by its sender's protocol, and are answered from memory. */
export const zabbix: Peer = {
  name: 'zabbix',
  needs: ['zabbix', 'postgres', 'setpriv'],
  async start(folder, sites, core) {
    const postgres = await startPostgres(join(folder, 'postgres'), core);
    try {
      postgres.fill(['schema', 'images', 'data'].map(name => gunzipSync(readFileSync(join(tables, `${name}.sql.gz`))).toString()));
      postgres.fill([hostsAndItems(sites)]);
      const server = await startZabbix(folder, postgres.socket, core);
      return {
        ...server,
        async stop() {
          await server.stop();
          await postgres.stop();
        },
      };
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  },
};

/** A host for each site, and an item of type trapper for each figure. */
function hostsAndItems(sites: number): string {
  const keys = figureNames.map((name, i) => `(${i + 1}, '${name}')`).join(',');
  return `
    insert into hosts (hostid, host, name, status) select 100000 + n, 'site-' || n, 'site-' || n, 0 from generate_series(1, ${sites}) n;
    insert into items (itemid, type, hostid, name, key_, value_type)
      select 1000000 + n * 1000 + k, 2, 100000 + n, name, name, 0
      from generate_series(1, ${sites}) n, (values ${keys}) as figures (k, name);
    insert into item_rtdata (itemid) select itemid from items where itemid > 1000000;`;
}

/** Zabbix listens on no port above 32767, where a machine gives none away by itself. */
async function lowFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function startZabbix(folder: string, socket: string, core: number | undefined): Promise<Server> {
  const port = await lowFreePort();
  const file = join(folder, 'zabbix.conf');
  const settings = {
    ListenIP: '127.0.0.1',
    ListenPort: port,
    LogType: 'console',
    PidFile: join(folder, 'zabbix.pid'),
    SocketDir: folder,
    DBHost: socket,
    DBName: 'zabbix',
    DBUser: 'postgres',
    AllowRoot: 1,
    // As many as reports are under way; nothing else is asked of it.
    StartTrappers: 8,
    CacheSize: '64M',
    HistoryCacheSize: '256M',
    HistoryIndexCacheSize: '64M',
    StartPollers: 0,
    StartPingers: 0,
    StartDiscoverers: 0,
    StartHTTPPollers: 0,
    StartPollersUnreachable: 0,
    HousekeepingFrequency: 0,
  };
  writeFileSync(
    file,
    `${Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}`,
  );
  return await startServer({
    command: [programPath('zabbix')!, '--foreground', '--config', file],
    core,
    ready: line => (/ started \[trapper #8\]/.test(line) ? { tcpPort: port, httpPort: undefined } : undefined),
  });
}

/** With its settings as Debian has them: what is written is synced. */
async function startPostgres(folder: string, core: number | undefined) {
  const programs = dirname(programPath('postgres')!);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  const asOwner = isRoot ? [programPath('setpriv')!, '--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : [];
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'));
  const run = (input: string | undefined, program: string, ...args: string[]) => {
    // Debian has its clients in PATH, and the programs of its server beside each other.
    const beside = join(programs, program);
    const [first, ...rest] = [...asOwner, existsSync(beside) ? beside : program, ...args];
    execFileSync(first!, rest, { input, stdio: ['pipe', 'ignore', 'pipe'], cwd: '/', maxBuffer: 1 << 26 });
  };
  const data = join(folder, 'data');
  run(undefined, 'initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale');
  const pin = core === undefined ? [] : ['taskset', '-c', String(core)];
  const [first, ...rest] = [
    ...pin,
    ...asOwner,
    join(programs, 'postgres'),
    '-D',
    data,
    '-c',
    'listen_addresses=',
    '-c',
    `unix_socket_directories=${folder}`,
  ];
  const child = spawn(first!, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  const kill = () => void child.kill('SIGQUIT');
  process.once('exit', kill);
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    void ended.then(() => reject(new Error(`PostgreSQL ended:\n${said}`)));
  });
  run('create database zabbix', 'psql', '-h', folder, '-U', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1', 'postgres');
  return {
    socket: folder,
    fill(texts: readonly string[]) {
      for (const text of texts) run(text, 'psql', '-h', folder, '-U', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1', 'zabbix');
    },
    async stop() {
      process.off('exit', kill);
      child.kill('SIGINT');
      await ended;
    },
  };
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
