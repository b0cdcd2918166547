import { rmSync } from 'node:fs';
import { newFolder } from '../kit/folders.ts';
import { generate, type LoadResult } from '../kit/generator.ts';
import { type Profile, profileFlags, readProfile } from '../kit/profile.ts';
import type { Contender } from './contender.ts';
import { contentBytes, type Point, senders } from './points.ts';
import type { Result, Setting } from './setting.ts';
import { compared, fault, rowOf, type SpeedRow, speedText } from './speed-rows.ts';

type How = Pick<Setting, 'cores' | 'warmSeconds' | 'seconds'>;

/** Starts a server, loads it once and stops it. */
async function measure(contender: Contender, point: Point, how: How, nodeFlags: readonly string[] = []): Promise<LoadResult> {
  const running = await contender.start(point.members, { core: how.cores.server, nodeFlags });
  try {
    return await generate({
      dialect: contender.dialect,
      port: running.server.tcpPort,
      pid: running.server.pid,
      members: point.members,
      senders,
      window: point.window,
      rate: point.rate,
      size: contentBytes,
      warmSeconds: point.warmSeconds ?? how.warmSeconds,
      seconds: how.seconds,
      core: how.cores.load,
      ...running.access,
    });
  } finally {
    await running.stop();
  }
}

/** The same under the profiler, which itself costs a few percent. */
export async function profile(contender: Contender, point: Point, how: How): Promise<{ result: LoadResult; profile: Profile }> {
  const folder = newFolder('profile-');
  try {
    const result = await measure(contender, point, how, profileFlags(folder));
    return { result, profile: readProfile(folder, result.fromS, result.toS) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ours and the peers by turns, so that whatever else the machine does meanwhile meets all of them. */
export async function comparePoint(point: Point, setting: Setting): Promise<Result<SpeedRow>> {
  const { ours, peers, runs, note } = setting;
  const contenders: Contender[] = [ours, ...peers.filter(({ name }) => !point.without?.includes(name))];
  const results = contenders.map(() => [] as LoadResult[]);
  for (let run = 1; run <= runs; run++) {
    for (const [i, contender] of contenders.entries()) {
      const result = await measure(contender, point, setting);
      const reason = fault(result);
      if (reason) throw new Error(`${contender.name}, ${point.title}: ${reason}. These figures would be wrong.`);
      const rate = Math.round(result.deliveriesPerS).toLocaleString('en');
      note(`${point.title}, run ${run} of ${runs}, ${contender.name}: ${rate} deliveries/s`);
      results[i]!.push(result);
    }
  }
  const [our, ...theirs] = contenders.map((contender, i) => rowOf(point, contender.name, results[i]!));
  const rows = [our!, ...theirs.map(peer => compared(our!, peer))];
  return { rows, text: speedText(rows) };
}
