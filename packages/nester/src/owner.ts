import { type ChildProcessWithoutNullStreams, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { statSync } from 'node:fs';

/**
 * Root becomes, until the function that this returns is called, whoever a folder belongs to: what is written is theirs then, and a link
 * that they left among their data leads root nowhere that they could not go themselves. For everybody else nothing changes.
 */
export function becomeOwner(folder: string): () => void {
  if (process.geteuid?.() !== 0) return () => undefined;
  const { uid, gid } = statSync(folder);
  if (uid === 0) return () => undefined;
  const groups = process.getgroups!();
  process.setgroups!([gid]);
  become(uid, gid);
  return () => {
    become(0, 0);
    process.setgroups!(groups);
  };
}

/** Does work as root again, where this process is root that became somebody else: for files that its caller named. */
export function asCaller<T>(work: () => T): T {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()];
  if (process.getuid?.() !== 0 || uid === 0) return work();
  become(0, 0);
  try {
    return work();
  } finally {
    become(uid!, gid!);
  }
}

/** Starts a program as whoever this process has become, altogether: root that only became somebody else could be root again. */
export function spawnAsSelf(program: string, args: readonly string[], options: SpawnOptionsWithoutStdio): ChildProcessWithoutNullStreams {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()];
  if (process.getuid?.() !== 0 || uid === 0) return spawn(program, args, options);
  return asCaller(() => spawn(program, args, { ...options, uid, gid }));
}

/** Only root may change its group: it is root before, or after. */
function become(uid: number, gid: number): void {
  if (uid === 0) process.seteuid!(uid);
  process.setegid!(gid);
  if (uid !== 0) process.seteuid!(uid);
}
