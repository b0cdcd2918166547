import { execFile } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newFolder } from '../kit/folders.ts';
import type { Cores } from '../kit/machine.ts';
import { type Profile, profileFlags, readProfile } from '../kit/profile.ts';
import { startServer } from '../kit/server.ts';
import type { Load, LoadResult } from './load.ts';
import type { Point } from './points.ts';
import { type SeededProbe, storedReports } from './seed.ts';

const main = join(import.meta.dirname, '..', '..', 'packages', 'nester', 'src', 'main.ts');
const program = join(import.meta.dirname, 'load.ts');

/** One machine plays all probes: the limit for one address would stop it. */
export const raisedLimits = 'httpPerMinute=100000000';

export interface Measuring {
  /** A data folder with the sites in it; each run gets a copy. */
  seed: string;
  folder: string;
  probes: SeededProbe[];
  cores: Cores;
  gzip: boolean;
  live: boolean;
  warmSeconds: number;
  seconds: number;
}

/**
 * Starts a Nester on a fresh copy of the data, loads it once and stops it.
 * @throws when what is stored is not what was acknowledged
 */
export async function measure(point: Point, how: Measuring, nodeFlags: readonly string[] = []): Promise<LoadResult> {
  const data = join(how.folder, `run-${process.hrtime.bigint()}`);
  cpSync(how.seed, data, { recursive: true });
  try {
    const server = await startServer({
      command: [process.execPath, ...nodeFlags, main, 'serve'],
      core: how.cores.server,
      env: {
        AERIE_DATA: data,
        AERIE_HTTP: '127.0.0.1:0',
        AERIE_TCP: '127.0.0.1:0',
        AERIE_LOG: join(data, 'nester.log'),
        AERIE_LIMITS: raisedLimits,
      },
    });
    let result: LoadResult;
    try {
      const { probes, gzip, live, warmSeconds, seconds } = how;
      result = await play(data, how.cores.load, {
        port: server.httpPort!,
        tcpPort: server.tcpPort,
        live,
        pid: server.pid,
        change: point.key,
        probes,
        gzip,
        warmSeconds,
        seconds,
      });
    } finally {
      await server.stop();
    }
    const stored = await storedReports(data);
    if (stored !== result.acknowledged)
      throw new Error(
        `${point.title}: ${result.acknowledged} reports were acknowledged and ${stored} are stored. These figures would be wrong.`,
      );
    return result;
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** The same under the profiler, which itself costs a few percent. */
export async function profile(point: Point, how: Measuring): Promise<{ result: LoadResult; profile: Profile }> {
  const folder = newFolder('profile-');
  try {
    const result = await measure(point, how, profileFlags(folder));
    return { result, profile: readProfile(folder, result.fromS, result.toS) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(folder: string, core: number | undefined, load: Load): Promise<LoadResult> {
  const file = join(folder, 'load.json');
  writeFileSync(file, JSON.stringify(load), { mode: 0o600 });
  const command = [process.execPath, program, file];
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  const { stdout } = await promisify(execFile)(command[0]!, command.slice(1));
  return JSON.parse(stdout) as LoadResult;
}
