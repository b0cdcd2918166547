import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that people run. */
const ticks = 100;

/** Memory that a process holds, in MiB. */
export function rssMbOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
}

/** Processor time that a process has used, in seconds. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name, in parentheses, may hold anything; the fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** The same of the processes that it has started and that are still there. */
export function childCpuSecondsOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + cpuSecondsOf(Number(child)), 0);
}

function machineCpuSeconds(): number {
  const [, user, nice, kernel, , , hard, soft, stolen] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/).map(Number);
  return (user! + nice! + kernel! + hard! + soft! + stolen!) / ticks;
}

/** Begins to watch; what it returns tells how many cores everything but this process and those has used since. */
export function watchOthers(...pids: number[]): () => number {
  const ours = () => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), cpuSecondsOf(process.pid));
  const [at, machine, own] = [performance.now(), machineCpuSeconds(), ours()];
  return () => {
    const seconds = (performance.now() - at) / 1_000;
    return Math.max(0, (machineCpuSeconds() - machine - (ours() - own)) / seconds);
  };
}
