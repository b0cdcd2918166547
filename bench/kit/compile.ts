import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installLine, programPath } from '../../scripts/programs.ts';
import { buildFolder } from './folders.ts';

const sources = join(import.meta.dirname, '..', 'generator');
const warnings = ['-std=gnu17', '-Wall', '-Wextra', '-Werror'];

/** The programs in C: the load, the crowd beside it, and what gives peers TCP_NODELAY. */
const programs = {
  generator: { source: 'chat.c', flags: ['-O3', '-march=native', ...warnings] },
  crowd: { source: 'crowd.c', flags: ['-O3', '-march=native', ...warnings] },
  nodelay: { source: 'nodelay.c', flags: ['-O2', '-shared', '-fPIC', ...warnings] },
} as const;

/** Compiles a program unless it is there already, and returns its path. The name says from what it was made. */
export async function compiled(name: keyof typeof programs): Promise<string> {
  const { source, flags } = programs[name];
  const hash = createHash('sha256').update(flags.join(' '));
  for (const file of readdirSync(sources).sort()) hash.update(file).update(readFileSync(join(sources, file)));
  const program = join(buildFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  const gcc = programPath('gcc');
  if (!gcc) throw new Error(`gcc is missing. Install it: ${installLine('gcc')}`);
  mkdirSync(buildFolder, { recursive: true });
  // Two runs may build at once: each writes its own file, and the rename decides.
  const unfinished = `${program}.${process.pid}`;
  await promisify(execFile)(gcc, [...flags, '-o', unfinished, join(sources, source)]);
  renameSync(unfinished, program);
  const ofThis = new RegExp(`^${name}-[0-9a-f]{12}$`);
  const older = readdirSync(buildFolder).filter(file => ofThis.test(file) && join(buildFolder, file) !== program);
  for (const file of older) rmSync(join(buildFolder, file), { force: true });
  return program;
}
