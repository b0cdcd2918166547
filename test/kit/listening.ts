import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State LISTEN in the kernel's tables. */
const listening = '0A';

/** The ports that a process listens on, with `loopback` for those that only this machine reaches (Linux). */
export function listeningPorts(pid: number): { port: number; loopback: boolean }[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map(fd => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]));
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map(row => row.trim().split(/\s+/))
      .filter(cells => cells[3] === listening && inodes.has(cells[9]))
      .map(cells => {
        const [address, port] = cells[1]!.split(':') as [string, string];
        return { port: Number.parseInt(port, 16), loopback: address.endsWith('7F') || address === '00000000000000000000000001000000' };
      }),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed meanwhile.
    return '';
  }
}
