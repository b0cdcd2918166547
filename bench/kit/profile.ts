import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parts of a .cpuprofile (V8's format) that are read here. Times are microseconds of the monotonic clock. */
interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    /** How many samples met the function on which of its lines, counted from 1. */
    positionTicks?: { line: number; ticks: number }[];
  }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

export interface Share {
  name: string;
  /** Of the sampled time of the main thread. */
  share: number;
}

/** Where the main thread's time went. */
export interface Profile {
  categories: Share[];
  functions: Share[];
}

/** The flags that make Node write a profile into a folder when it ends. */
export function profileFlags(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
}

/**
 * Reads the largest profile in a folder (a launcher may have left a small one) and sums self times, of the samples between two moments of the monotonic clock only.
 * A sample is what the thread was in, running or blocked: a call that waits for the disk counts like one that computes.
 */
export function readProfile(folder: string, fromS: number, toS: number): Profile {
  const size = (name: string) => statSync(join(folder, name)).size;
  const files = readdirSync(folder).filter(name => name.endsWith('.cpuprofile'));
  const file = files.sort((a, b) => size(b) - size(a))[0];
  if (!file) throw new Error(`no profile was written to ${folder}`);
  return summarise(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile, fromS * 1e6, toS * 1e6);
}

/** A profile for people. */
export function profileText({ categories, functions }: Profile, most = 40): string {
  const lines = (shares: readonly Share[]) => shares.map(({ name, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
  return [...lines(categories.filter(({ share }) => share >= 0.001)), 'Longest functions:', ...lines(functions.slice(0, most)), ''].join(
    '\n',
  );
}

export function summarise(profile: CpuProfile, fromUs: number, toUs: number): Profile {
  const nodes = new Map(profile.nodes.map(node => [node.id, node]));
  const selfUs = new Map<number, number>();
  let at = profile.startTime;
  for (const [i, id] of profile.samples.entries()) {
    at += profile.timeDeltas[i]!;
    // The time after a sample, up to the next one, is taken to be that sample's.
    const next = at + (profile.timeDeltas[i + 1] ?? 0);
    const inside = Math.min(next, toUs) - Math.max(at, fromUs);
    if (inside > 0) selfUs.set(id, (selfUs.get(id) ?? 0) + inside);
  }
  const categories = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const [id, us] of selfUs) {
    const node = nodes.get(id)!;
    const { functionName, url, lineNumber } = node.callFrame;
    const json = shareOfLines(node, /\bJSON\.(parse|stringify)\(/);
    add(categories, 'JSON (lines that parse or stringify)', us * json);
    add(categories, category(functionName, url), us * (1 - json));
    add(functions, `${functionName || '(anonymous)'} ${place(url, lineNumber)}`.trim(), us);
  }
  return { categories: shares(categories), functions: shares(functions) };
}

function category(name: string, url: string): string {
  if (url === '') {
    if (name === '(garbage collector)') return 'garbage collection';
    if (name === '(idle)') return 'idle';
    if (name === '(program)') return 'native code outside JavaScript (socket reads, event loop)';
    if (/^write(v|Buffer|Utf8String|AsciiString|Latin1String)$/.test(name)) return 'socket writes (kernel)';
    return 'other natives (buffers, strings, timers)';
  }
  if (url.startsWith('node:')) return 'Node’s own JavaScript (streams, sockets, timers)';
  // node:sqlite has no frames of its own: its time is that of the file that calls it.
  if (url.endsWith('/store/sqlite.ts')) return 'SQLite (with fsync)';
  const folder = /\/packages\/(\w+)\/src\/(?:(\w+)\/)?/.exec(url);
  if (folder) return `Aerie: ${folder[1]}${folder[2] ? `/${folder[2]}` : ''}`;
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  return dependency ? `package ${dependency[1]}` : 'other';
}

/**
 * How much of a function's time was on lines that match. What is built into the language, such as JSON,
 * has no frame of its own either, but samples keep the line. Types are stripped in place, so lines are those of the source.
 */
function shareOfLines(node: CpuProfile['nodes'][number], pattern: RegExp): number {
  const ticks = node.positionTicks ?? [];
  const source = ticks.length > 0 ? sourceLines(node.callFrame.url) : [];
  const all = ticks.reduce((sum, tick) => sum + tick.ticks, 0);
  const matching = ticks.filter(tick => pattern.test(source[tick.line - 1] ?? '')).reduce((sum, tick) => sum + tick.ticks, 0);
  return all === 0 ? 0 : matching / all;
}

const sources = new Map<string, string[]>();

function sourceLines(url: string): string[] {
  let lines = sources.get(url);
  if (!lines) {
    const path = url.startsWith('file://') ? fileURLToPath(url) : undefined;
    lines = path && existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    sources.set(url, lines);
  }
  return lines;
}

function place(url: string, line: number): string {
  if (url === '') return '';
  const path = url.startsWith('file://') ? relative(process.cwd(), fileURLToPath(url)) : url;
  const dependency = path.lastIndexOf(`node_modules${sep}`);
  return `${dependency >= 0 ? join('…', basename(path)) : path}:${line + 1}`;
}

function add(sums: Map<string, number>, name: string, us: number): void {
  if (us === 0) return;
  sums.set(name, (sums.get(name) ?? 0) + us);
}

function shares(sums: Map<string, number>): Share[] {
  const total = [...sums.values()].reduce((sum, us) => sum + us, 0) || 1;
  return [...sums].map(([name, us]) => ({ name, share: us / total })).sort((a, b) => b.share - a.share);
}
