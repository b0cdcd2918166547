import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, good, note, wrong } from '../finding.ts';

const mebibyte = 1024 * 1024;

/** What is left on the disk that holds a folder. */
export interface Room {
  bytes: number;
  /** Files and folders that can still be made, and how many the disk was made for; 0 of 0 where it does not count them. */
  files: number;
  filesInAll: number;
}

/** Room on each disk that holds the data, the backups and the log; a disk that holds two of them is named once. */
export function checkDisks(
  config: Config,
  roomOf: (folder: string) => Room = roomIn,
  deviceOf: (folder: string) => number = device,
): Finding[] {
  const places = [config.data, config.backups, ...(config.log ? [dirname(resolve(config.log))] : [])];
  const disks = new Map<number, string>();
  for (const place of places) {
    const disk = deviceOf(place);
    if (!disks.has(disk)) disks.set(disk, place);
  }
  return [...disks.values()].flatMap(folder => judge(folder, roomOf(folder)));
}

function judge(folder: string, { bytes, files, filesInAll }: Room): Finding[] {
  const says = `${Math.floor(bytes / mebibyte)} MiB free for ${folder}`;
  const what = `Make room: "du -xh ${folder} | sort -h | tail" shows what is large.`;
  const findings: Finding[] = [];
  if (bytes < 200 * mebibyte) findings.push(wrong(says, `${what} When the disk is full, nothing can be stored.`));
  else if (bytes < 1024 * mebibyte) findings.push(note(says, what));
  else findings.push(good(says));
  if (filesInAll > 0 && files < 1_000)
    findings.push(
      wrong(`${files} more files can be made on the disk of ${folder} (inodes)`, '"df -i" shows it. Delete what is many and small.'),
    );
  else if (filesInAll > 0 && files < filesInAll / 50)
    findings.push(note(`${files} more files can be made on the disk of ${folder} (inodes)`, '"df -i" shows it.'));
  return findings;
}

/** The nearest folder above that is there. */
function standing(folder: string): string {
  let path = resolve(folder);
  while (!existsSync(path)) path = dirname(path);
  return path;
}

function roomIn(folder: string): Room {
  const { bavail, bsize, ffree, files } = statfsSync(standing(folder));
  return { bytes: bavail * bsize, files: ffree, filesInAll: files };
}

function device(folder: string): number {
  return statSync(standing(folder)).dev;
}
