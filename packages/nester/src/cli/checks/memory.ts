import { existsSync, readFileSync } from 'node:fs';
import { type Finding, good, note, wrong } from '../finding.ts';
import type { Layout } from './layout.ts';

/** Memory that is left, on systems that tell. */
export function checkMemory(layout: Layout): Finding[] {
  if (!existsSync(layout.meminfo)) return [];
  const { totalMib, availableMib } = readMemory(readFileSync(layout.meminfo, 'utf8'));
  if (totalMib === undefined || availableMib === undefined) return [];
  const says = `${availableMib} of ${totalMib} MiB of memory are left`;
  const mend = 'docs/operations/en/capacity.md says how much is needed; "ps aux --sort -rss | head" shows who has it.';
  if (availableMib < 64) return [wrong(says, mend)];
  if (availableMib < 256 || totalMib < 900) return [note(says, mend)];
  return [good(says)];
}

/** The two lines of /proc/meminfo that matter here. */
export function readMemory(text: string): { totalMib: number | undefined; availableMib: number | undefined } {
  const mebibytes = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    return kilobytes === undefined ? undefined : Math.floor(Number(kilobytes) / 1024);
  };
  return { totalMib: mebibytes('MemTotal'), availableMib: mebibytes('MemAvailable') };
}
