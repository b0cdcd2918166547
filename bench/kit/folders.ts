import { mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** What benchmarks build and store. Inside the repository, because /tmp is often memory, where fsync costs nothing. */
export const buildFolder = join(import.meta.dirname, '..', 'build');

/** A new empty folder; the caller removes it. */
export function newFolder(prefix: string): string {
  mkdirSync(buildFolder, { recursive: true });
  return mkdtempSync(join(buildFolder, prefix));
}

/** The type of the filesystem that a folder stands on, such as ext4 or tmpfs. */
export function filesystemOf(folder: string): string {
  const path = realpathSync(folder);
  let best = { point: '', type: 'unknown' };
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    // "36 35 98:0 /root /mount/point options - ext4 /dev/sda1 …" (proc_pid_mountinfo(5)); later mounts cover earlier ones.
    const [left, right] = line.split(' - ');
    const point = left?.split(' ')[4]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const inside = point !== undefined && (path === point || path.startsWith(point === '/' ? '/' : `${point}/`));
    if (inside && right && point.length >= best.point.length) best = { point, type: right.split(' ')[0]! };
  }
  return best.type;
}
