/**
 * Makes package-lock.json fit for `npm ci` on every machine. Run it after adding a package: node scripts/complete-lock.ts
 *
 * - npm drops a platform package that its registry could not give it, and `npm ci` then refuses the lock file
 *   ("Missing: … from lock file"), everywhere. They are added.
 * - npm leaves a platform package out, without a word, when the Node that runs npm is older than its `engines` ask.
 *   But what runs it here is the pinned Node. Those `engines` are taken away.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  version?: string;
  cpu?: string[];
  dev?: boolean;
  engines?: unknown;
  libc?: string[];
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}
export interface LockFile {
  packages: Record<string, LockEntry>;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Whether a package at `path` finds `name`, looking up through the folders as Node does. */
function found(lock: LockFile, path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules') - 1))) {
    if (lock.packages[join(folder, 'node_modules', name)]) return true;
    if (folder === '') return false;
  }
}

/** The entry of a platform package, read from its name: `@scope/binding-linux-arm64-musl`. */
function entryOf(name: string, version: string, parent: LockEntry): LockEntry {
  const words = name.split(/[/-]/);
  const os = words.find(word => systems.includes(word));
  const cpu = words.find(word => processors.includes(word));
  if (!/^\d+\.\d+\.\d+/.test(version) || os === undefined || cpu === undefined) {
    throw new Error(`${name}@${version} does not name one version and one platform: add its entry to package-lock.json by hand`);
  }
  const last = words.at(-1) ?? '';
  const libc = last.startsWith('musl') ? ['musl'] : last.startsWith('gnu') ? ['glibc'] : undefined;
  return { version, cpu: [cpu], ...(parent.dev ? { dev: true } : {}), ...(libc ? { libc } : {}), optional: true, os: [os] };
}

/** The platform packages that some package of the lock file names and that the lock file lacks, with the entries they should have. */
function missingEntries(lock: LockFile): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!found(lock, path, name)) missing[`node_modules/${name}`] = entryOf(name, version, entry);
    }
  }
  return missing;
}

/** The same lock file with platform packages complete and free of `engines`. */
export function completeLock(lock: LockFile): LockFile {
  const packages = Object.entries({ ...lock.packages, ...missingEntries(lock) })
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([path, entry]) => [path, entry.optional ? withoutEngines(entry) : entry]);
  return { ...lock, packages: Object.fromEntries(packages) };
}

function withoutEngines({ engines: _, ...rest }: LockEntry): LockEntry {
  return rest;
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '..', 'package-lock.json');
  writeFileSync(path, `${JSON.stringify(completeLock(JSON.parse(readFileSync(path, 'utf8'))), null, 2)}\n`);
}
