import { posix } from 'node:path';
import { importsOf } from './imports.ts';

/** Sources by their path from the root, such as `packages/nester/src/chat/messages.store.ts`. */
export type Tree = ReadonlyMap<string, string>;

/** Of each package, the packages of ours that it may use. */
const mayUse: Record<string, readonly string[]> = {
  contract: [],
  service: [],
  client: ['contract'],
  nester: ['contract', 'service'],
  terminal: ['contract', 'client'],
  web: ['contract', 'client'],
  harvester: ['contract', 'client', 'service'],
};

/** Packages whose code runs in a browser too; the files named may use Node all the same. */
const forBrowsers: Record<string, readonly string[]> = { contract: [], client: ['tcp.ts'], web: [] };

const rooms = [
  'accounts',
  'chat',
  'moderation',
  'guests',
  'sites',
  'diagnostics',
  'incidents',
  'backups',
  'installer',
  'intake',
  'maintenance',
  'series',
  'secrets',
  'tokens',
  'metrics',
  'notify',
  'administration',
  'exports',
  'imports',
];

/** Libraries that open or query a database. */
const databases = ['kysely', 'pg', 'node:sqlite'];

/** Kysely's ways to begin a query. */
const queries = /\.(?:selectFrom|insertInto|updateTable|deleteFrom|replaceInto|mergeInto)\(|\bsql`|\bsql\./;

/** A file of nester's, by what it is for. */
type Part =
  | 'program'
  | 'shared'
  | 'store'
  | 'bus'
  | 'dispatch'
  | 'door'
  | 'rules'
  | 'own store'
  | 'commands'
  | 'jobs'
  | 'command line'
  | 'unknown place';

/** Of each part, the parts that it may import: doors -> dispatch -> commands -> rules and own store -> store/. */
const mayImport: Record<Part, readonly Part[]> = {
  program: ['program', 'shared', 'store', 'bus', 'dispatch', 'door', 'rules', 'own store', 'commands', 'jobs', 'command line'],
  shared: ['shared', 'store', 'bus'],
  store: ['store', 'shared'],
  bus: ['bus', 'shared'],
  door: ['door', 'dispatch', 'shared', 'bus', 'rules'],
  // The dispatch makes the context of each command, with the database and the commit in it.
  dispatch: ['dispatch', 'door', 'shared', 'bus', 'store', 'rules', 'commands'],
  rules: ['rules', 'own store', 'store', 'bus', 'shared'],
  'own store': ['own store', 'rules', 'store', 'shared'],
  commands: ['commands', 'rules', 'own store', 'store', 'bus', 'shared'],
  jobs: ['jobs', 'commands', 'rules', 'store', 'bus', 'shared'],
  'command line': ['command line', 'program', 'shared', 'commands', 'rules', 'store', 'bus'],
  'unknown place': [],
};

interface Place {
  part: Part;
  room: string | undefined;
}

/** Where a path below packages/nester/src stands. */
function placeOf(path: string): Place {
  const [folder, ...rest] = path.split('/');
  if (rest.length === 0) return { part: ['app.ts', 'house.ts', 'main.ts'].includes(path) ? 'program' : 'shared', room: undefined };
  // What is handed to the commit and what comes out of it is a word that all parts know.
  if (path === 'store/unit.ts') return { part: 'shared', room: undefined };
  if (folder === 'store' || folder === 'bus' || folder === 'jobs') return { part: folder, room: undefined };
  if (folder === 'doors') return { part: path === 'doors/dispatch.ts' ? 'dispatch' : 'door', room: undefined };
  if (folder === 'cli') return { part: 'command line', room: undefined };
  if (!rooms.includes(folder!)) return { part: 'unknown place', room: undefined };
  if (path.endsWith('.store.ts')) return { part: 'own store', room: folder };
  // A room's room.ts puts its commands together.
  return { part: path.endsWith('.commands.ts') || rest.join('/') === 'room.ts' ? 'commands' : 'rules', room: folder };
}

/** Every import that breaks the rules of the house, as `file imports what: why`. Tests may import what they like. */
export function boundaryFaults(tree: Tree): string[] {
  const faults: string[] = [];
  for (const [path, source] of tree) {
    const [, name, inPackage] = /^packages\/([^/]+)\/src\/(.+)$/.exec(path) ?? [];
    if (name === undefined || inPackage === undefined || /\.test\.tsx?$/.test(path)) continue;
    if (name === 'nester' && queries.test(source) && !isStore(inPackage))
      faults.push(`${path} queries the database: SQL stops at the store`);
    for (const { specifier, typeOnly } of importsOf(source)) {
      const reason =
        packageFault(name, inPackage, specifier) ?? (name === 'nester' ? nesterFault(inPackage, specifier, typeOnly) : undefined);
      if (reason) faults.push(`${path} imports ${specifier}: ${reason}`);
    }
  }
  return faults;
}

function isStore(path: string): boolean {
  return path.startsWith('store/') || path.endsWith('.store.ts');
}

function packageFault(name: string, path: string, specifier: string): string | undefined {
  const ours = /^@aerie\/([^/]+)/.exec(specifier)?.[1];
  if (ours && !mayUse[name]?.includes(ours)) return `${name} may not use ${ours}`;
  if (specifier.startsWith('.') && posix.join(name, 'src', path, '..', specifier).split('/')[0] !== name) return 'go by the package name';
  if (name === 'contract' && !specifier.startsWith('.') && specifier !== 'zod') return 'the contract uses zod only and does no I/O';
  if (specifier.startsWith('node:') && forBrowsers[name] && !forBrowsers[name].includes(path)) return `${name} runs in a browser`;
  return undefined;
}

function nesterFault(path: string, specifier: string, typeOnly: boolean): string | undefined {
  if (!specifier.startsWith('.')) {
    // The type of the handle that is passed on to a store is no SQL.
    if (!databases.includes(specifier) || path.startsWith('store/') || (specifier === 'kysely' && (isStore(path) || typeOnly)))
      return undefined;
    return 'SQL stops at the store';
  }
  const from = placeOf(path);
  const to = placeOf(posix.join(posix.dirname(path), specifier));
  if (!mayImport[from.part].includes(to.part)) return `${article(from.part)} may not use ${article(to.part)}`;
  if (to.part === 'own store' && from.room !== undefined && to.room !== from.room)
    return `${to.room}'s store is its own: call its commands`;
  return undefined;
}

function article(part: Part): string {
  return part === 'rules' || part === 'commands' || part === 'jobs' ? part : `the ${part}`;
}
