import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
  /** Names that its executable goes by. */
  commands: readonly string[];
  /** Folders to look in besides PATH. */
  folders?: () => string[];
  /** The Debian packages that bring it. */
  packages: readonly string[];
}

/** Programs that some test suites need and npm does not bring. */
const programs = {
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  gcc: { commands: ['gcc'], packages: ['gcc', 'libc6-dev'] },
  postgres: { commands: ['postgres'], folders: postgresFolders, packages: ['postgresql'] },
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;
export const programNames = Object.keys(programs) as ProgramName[];

/** Where a program's executable is, or undefined when this machine does not have it. */
export function programPath(name: ProgramName): string | undefined {
  const program: Program = programs[name];
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...(program.folders?.() ?? [])];
  return program.commands.flatMap(command => folders.map(folder => join(folder, command))).find(isExecutable);
}

/** The Debian packages that bring these programs. */
export function packagesOf(names: readonly ProgramName[]): string[] {
  return names.flatMap(name => programs[name].packages);
}

/** The line that installs a program. */
export function installLine(name: ProgramName): string {
  return `apt-get install ${programs[name].packages.join(' ')}`;
}

/** Debian keeps the servers of PostgreSQL's versions side by side, out of PATH; the newest first. */
function postgresFolders(): string[] {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map(version => join(base, version, 'bin'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
