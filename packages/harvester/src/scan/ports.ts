/** Reads `22,80,8000-8100`; undefined when it is not a list of ports. In order, each once. */
export function parsePorts(text: string): number[] | undefined {
  const ports = new Set<number>();
  for (const piece of text.split(',')) {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(piece.trim()) ?? [];
    if (from === undefined) return undefined;
    const first = Number(from);
    const last = Number(to);
    if (first < 1 || last > 65_535 || first > last) return undefined;
    for (let port = first; port <= last; port += 1) ports.add(port);
  }
  return [...ports].sort((a, b) => a - b);
}

/** Writes ports as `22,80,8000-8100`. */
export function portsText(ports: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const port of ports) {
    const run = runs.at(-1);
    if (run && port === run[1] + 1) run[1] = port;
    else runs.push([port, port]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
