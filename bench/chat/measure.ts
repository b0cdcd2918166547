import { rmSync } from 'node:fs';
import { newFolder } from '../kit/folders.ts';
import { generate, type LoadResult } from '../kit/generator.ts';
import type { Cores } from '../kit/machine.ts';
import { type Profile, profileFlags, readProfile } from '../kit/profile.ts';
import type { Contender } from './contender.ts';
import { contentBytes, type Point, senders } from './points.ts';

export interface Measuring {
  generator: string;
  cores: Cores;
  warmSeconds: number;
  seconds: number;
}

/** Starts a server, loads it once and stops it. */
export async function measure(contender: Contender, point: Point, how: Measuring, nodeFlags: readonly string[] = []): Promise<LoadResult> {
  const running = await contender.start(point.members, { core: how.cores.server, nodeFlags });
  try {
    return await generate(how.generator, {
      dialect: contender.dialect,
      port: running.server.tcpPort,
      pid: running.server.pid,
      members: point.members,
      senders,
      window: point.window,
      rate: point.rate,
      size: contentBytes,
      warmSeconds: how.warmSeconds,
      seconds: how.seconds,
      core: how.cores.load,
      ...running.access,
    });
  } finally {
    await running.stop();
  }
}

/** The same under the profiler, which itself costs a few percent. */
export async function profile(contender: Contender, point: Point, how: Measuring): Promise<{ result: LoadResult; profile: Profile }> {
  const folder = newFolder('profile-');
  try {
    const result = await measure(contender, point, how, profileFlags(folder));
    return { result, profile: readProfile(folder, result.fromS, result.toS) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
